# syntax=docker/dockerfile:1
# Run by Node itself: nothing is compiled, only production dependencies come along.

FROM node:24.21.0-bookworm-slim AS app
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node, and DATABASE_URL a Postgres: the packages that carry them stay out. What no program loads,
# most of it ready-made bundles for browsers, would make the image half as large again.
RUN npm ci --omit=dev --omit=optional \
 && rm -r node_modules/echarts/dist node_modules/echarts/i18n node_modules/echarts/types \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' \) -delete
COPY LICENSE deploy/healthcheck.js ./
# Messages refer to them.
COPY docs/errors.md docs/operations.md ./docs/
COPY config ./config
COPY migrations ./migrations
COPY src ./src
# The build fails if the program misses any of what was left out. Service and charts are read only when needed.
RUN node src/pinterest-ads.js --version \
 && node --eval "await import('/app/src/commands/service.ts')" \
 && node --eval "const { drawSvg } = await import('/app/src/serve/page/charts/draw.ts'); await drawSvg({}, 'small')"

FROM node:24.21.0-bookworm-slim AS system
# The init. By default process 1 ignores SIGTERM, and Node needs seconds on a busy machine until it listens for it.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends 'tini=0.19.0-*' \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/log/apt /var/log/dpkg.log
# Neither package managers nor headers are of use to a program that is already installed.
RUN rm -rf /usr/local/include /usr/local/lib/node_modules /opt/yarn-* \
 && rm -f /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg
# For `exec`: the name by which the documentation calls the program. What it leads to comes with the next stage.
RUN ln -s /app/src/pinterest-ads.js /usr/local/bin/pinterest-ads

# A layer that deletes makes no image smaller; a copy of what is left does.
FROM scratch
# hadolint ignore=DL3067
COPY --from=system / /
COPY --from=app /app /app
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    NODE_ENV=production
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="pinterest-ads-warehouse" \
      org.opencontainers.image.description="Copies Pinterest ads, catalogs and their metrics into Postgres, on a schedule." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/node:24.21.0-bookworm-slim" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
WORKDIR /app
# The user "node", by number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 CMD ["node", "/app/healthcheck.js"]
# tini hands signals on and ends with the code of the program. It need not be process 1 of all: --init does no harm.
ENTRYPOINT ["tini", "--", "node", "/app/src/pinterest-ads.js"]
CMD ["schedule"]

# syntax=docker/dockerfile:1
# Run by Node itself: no build step, only production dependencies.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node, and DATABASE_URL a Postgres: the packages that carry them stay out.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="pinterest-ads-warehouse" \
      org.opencontainers.image.description="Copies Pinterest ads and catalog data into Postgres." \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY config ./config
COPY migrations ./migrations
COPY src ./src
USER node
# Node is not meant to be process 1; run the container with --init (compose does).
ENTRYPOINT ["node", "/app/src/pinterest-ads.js"]
CMD ["sync"]

import { parse } from "yaml";
import { z } from "zod";

/**
 * What docker-compose.yml is made of, narrower than the Compose Specification: the keys that the file uses, and forms
 * that compose itself takes only later, if at all, for wrong (`retries: five`). An unknown key is a misspelt one.
 */
const duration = z.string().regex(/^(\d+(ms|s|m|h))+$/);
const size = z.string().regex(/^\d+[kmg]b?$/);
const words = z.array(z.string()).min(1);
const name = z.string().regex(/^[a-z][a-z0-9_-]*$/);
const interpolated = /\$\{\w+:-\d+\}/.source;

const logging = z.strictObject({
  driver: z.literal("json-file"),
  options: z.strictObject({ "max-size": size, "max-file": z.string().regex(/^\d+$/) }),
});

const service = z.strictObject({
  image: z.string().regex(/^[a-z0-9][a-z0-9./-]*:[\w.-]+$/),
  build: z
    .strictObject({ context: z.string(), args: z.record(z.string(), z.string()).optional() })
    .optional(),
  pull_policy: z.enum(["always", "never", "missing", "build"]).optional(),
  profiles: z.array(name).optional(),
  user: z.string().optional(),
  entrypoint: words.optional(),
  command: words.optional(),
  environment: z.record(z.string().regex(/^[A-Z][A-Z_]*$/), z.string()).optional(),
  ports: z.array(z.string().regex(new RegExp(`^([\\d.]+:)?(\\d+|${interpolated}):\\d+$`))).optional(),
  volumes: z.array(z.string().regex(/^[\w./-]+:\/[\w./-]+(:ro)?$/)).optional(),
  tmpfs: z.array(z.string().startsWith("/")).optional(),
  mem_limit: size.optional(),
  shm_size: size.optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string().regex(/^[A-Z_]+$/)).optional(),
  security_opt: z.array(z.enum(["no-new-privileges:true"])).optional(),
  restart: z.enum(["no", "always", "on-failure", "unless-stopped"]),
  logging,
  stop_grace_period: duration.optional(),
  healthcheck: z
    .strictObject({
      test: z.tuple([z.literal("CMD")], z.string()),
      interval: duration,
      timeout: duration,
      retries: z.int().positive(),
      start_period: duration,
    })
    .optional(),
  depends_on: z
    .record(
      name,
      z.strictObject({
        condition: z.enum(["service_started", "service_healthy", "service_completed_successfully"]),
        required: z.boolean().optional(),
      }),
    )
    .optional(),
});

const compose = z
  .strictObject({
    "x-logging": logging,
    "x-locked-down": service.partial(),
    services: z.record(name, service),
    volumes: z.record(name, z.null()),
  })
  .superRefine(({ services, volumes }, context) => {
    for (const [of, { depends_on = {}, volumes: mounts = [] }] of Object.entries(services)) {
      const named = mounts.map((mount) => mount.split(":")[0] ?? "").filter((from) => !/^[./]/.test(from));
      for (const missing of named.filter((volume) => !(volume in volumes)))
        context.addIssue({ code: "custom", message: `${of} mounts ${missing}, which no volume is called` });
      for (const missing of Object.keys(depends_on).filter((other) => !(other in services)))
        context.addIssue({
          code: "custom",
          message: `${of} depends on ${missing}, which no service is called`,
        });
    }
  });

/** Merge keys (`<<`) are resolved, variables are not. Throws if the text holds anything but what is meant to be there. */
export function parseCompose(text: string): z.infer<typeof compose> {
  return compose.parse(parse(text, { merge: true }));
}

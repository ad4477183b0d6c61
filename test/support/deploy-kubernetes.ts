import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";

/**
 * What the manifests are made of: of the API of Kubernetes and of kustomize the fields that they use, with its types.
 * An unknown field is a misspelt or a misplaced one, which `kubectl apply` may drop with no more than a warning.
 */
const name = z.string().regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
const seconds = z.int().positive();
const count = z.int().nonnegative();
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/);
const path = z.string().startsWith("/");
const labels = z.record(z.string(), z.string());
const metadata = z.strictObject({ name });

const probe = z.strictObject({
  httpGet: z.strictObject({ path, port: name }),
  periodSeconds: seconds,
  timeoutSeconds: seconds.optional(),
  failureThreshold: count,
});

const amounts = z.strictObject({ cpu: quantity, memory: quantity });

const container = z.strictObject({
  name,
  image: z.string(),
  args: z.array(z.string()),
  envFrom: z.array(z.strictObject({ secretRef: z.strictObject({ name }) })).optional(),
  env: z
    .array(z.strictObject({ name: z.string().regex(/^[A-Z_]+$/), value: z.string().optional() }))
    .optional(),
  ports: z.array(z.strictObject({ name, containerPort: z.int() })).optional(),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.strictObject({ requests: amounts, limits: amounts }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
  volumeMounts: z.array(z.strictObject({ name, mountPath: path, readOnly: z.boolean().optional() })),
});

const pod = z.strictObject({
  restartPolicy: z.enum(["Always", "OnFailure", "Never"]).optional(),
  automountServiceAccountToken: z.boolean(),
  enableServiceLinks: z.boolean(),
  terminationGracePeriodSeconds: seconds,
  securityContext: z.strictObject({
    runAsNonRoot: z.boolean(),
    runAsUser: z.int(),
    runAsGroup: z.int(),
    seccompProfile: z.strictObject({ type: z.enum(["RuntimeDefault", "Localhost", "Unconfined"]) }),
  }),
  initContainers: z.array(container).optional(),
  containers: z.array(container),
  volumes: z.array(
    z.strictObject({
      name,
      configMap: z.strictObject({ name }).optional(),
      emptyDir: z.strictObject({ sizeLimit: quantity }).optional(),
    }),
  ),
});

const job = z.strictObject({
  backoffLimit: count,
  activeDeadlineSeconds: seconds,
  ttlSecondsAfterFinished: count.optional(),
  podFailurePolicy: z
    .strictObject({
      rules: z.array(
        z.strictObject({
          action: z.enum(["FailJob", "FailIndex", "Ignore", "Count"]),
          onPodConditions: z.array(z.strictObject({ type: z.enum(["DisruptionTarget"]) })),
        }),
      ),
    })
    .optional(),
  template: z.strictObject({ spec: pod.extend({ restartPolicy: z.enum(["OnFailure", "Never"]) }) }),
});

const deployment = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("Deployment"),
  metadata,
  spec: z.strictObject({
    replicas: count,
    strategy: z.strictObject({ type: z.enum(["Recreate", "RollingUpdate"]) }),
    progressDeadlineSeconds: seconds,
    template: z.strictObject({ spec: pod }),
  }),
});

const cronJob = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("CronJob"),
  metadata,
  spec: z.strictObject({
    schedule: z.string(),
    timeZone: z.string(),
    concurrencyPolicy: z.enum(["Allow", "Forbid", "Replace"]),
    startingDeadlineSeconds: seconds,
    successfulJobsHistoryLimit: count,
    failedJobsHistoryLimit: count,
    jobTemplate: z.strictObject({ spec: job }),
  }),
});

const manifest = z.discriminatedUnion("kind", [
  deployment,
  cronJob,
  z.strictObject({ apiVersion: z.literal("batch/v1"), kind: z.literal("Job"), metadata, spec: job }),
  z.strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("Service"),
    metadata,
    spec: z.strictObject({
      publishNotReadyAddresses: z.boolean(),
      ports: z.array(z.strictObject({ name, port: z.int(), targetPort: name })),
    }),
  }),
  z.strictObject({
    apiVersion: z.literal("v1"),
    kind: z.literal("Secret"),
    metadata,
    type: z.literal("Opaque"),
    stringData: z.record(z.string(), z.string()),
  }),
]);

const kustomization = z.strictObject({
  apiVersion: z.literal("kustomize.config.k8s.io/v1beta1"),
  kind: z.literal("Kustomization"),
  resources: z.array(z.string()),
  labels: z.array(z.strictObject({ includeSelectors: z.boolean().optional(), pairs: labels })).optional(),
  images: z.array(z.strictObject({ name: z.string(), newTag: z.string() })).optional(),
  configMapGenerator: z.array(z.strictObject({ name, files: z.array(z.string()) })).optional(),
});

export type Probe = z.infer<typeof probe>;
export type KubernetesContainer = z.infer<typeof container>;
export type Pod = z.infer<typeof pod>;
export type Manifest = z.infer<typeof manifest>;
export type Kustomization = z.infer<typeof kustomization>;

/** The objects of one file. Throws if the text holds anything but what is meant to be there. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    for (const error of document.errors) throw error;
    return manifest.parse(document.toJS());
  });
}

/** Throws as `parseManifests` does. */
export function parseKustomization(text: string): Kustomization {
  return kustomization.parse(parse(text));
}

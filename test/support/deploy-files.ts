import { readdirSync, readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";
import manifest from "../../package.json" with { type: "json" };

/** The image as every file names it. */
export const IMAGE = `${manifest.name}:${manifest.version}`;

/** A value that must come from somewhere else than a file of this repository. */
export const SECRET_NAME = /SECRET|PASSWORD|TOKEN|KEY|DATABASE_URL|WEBHOOK/;

export interface ComposeService {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly build?: unknown;
  readonly pull_policy?: string;
  readonly mem_limit?: string;
  readonly logging?: unknown;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly stop_grace_period?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string; readonly required?: boolean }>>;
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
}

/** Merge keys (`<<`) are resolved, variables are not. */
export function readCompose(): Compose {
  return parse(readFileSync("docker-compose.yml", "utf8"), { merge: true });
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface KubernetesContainer {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly env?: readonly Variable[];
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources: unknown;
  readonly securityContext: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface Pod {
  readonly automountServiceAccountToken?: boolean;
  readonly enableServiceLinks?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: unknown;
  readonly initContainers?: readonly KubernetesContainer[];
  readonly containers: readonly KubernetesContainer[];
  readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
}

export interface Workload {
  /** Folder and file, such as `schedule/deployment.yaml`. */
  readonly file: string;
  readonly pod: Pod;
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: { readonly spec: Pod };
    readonly jobTemplate?: {
      readonly spec: { readonly backoffLimit?: number; readonly template: { readonly spec: Pod } };
    };
  };
  readonly stringData?: Readonly<Record<string, string>>;
}

export interface Kustomization {
  readonly resources: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly files: readonly string[] }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

const KUBERNETES = "deploy/kubernetes";
const KUSTOMIZATION = "kustomization.yaml";

/** Folders with a kustomization, with what it says and the other files that are there. */
export function readKustomizations() {
  return readdirSync(KUBERNETES).map((folder) => ({
    folder,
    kustomization: parse(
      readFileSync(`${KUBERNETES}/${folder}/${KUSTOMIZATION}`, "utf8"),
    ) as unknown as Kustomization,
    others: readdirSync(`${KUBERNETES}/${folder}`).filter((name) => name !== KUSTOMIZATION),
  }));
}

/** Every object that the kustomizations list, by folder and file. */
export function readManifests(): { file: string; manifest: Manifest }[] {
  return readKustomizations().flatMap(({ folder, kustomization }) =>
    kustomization.resources
      .filter((name) => !name.startsWith(".."))
      .flatMap((name) =>
        parseAllDocuments(readFileSync(`${KUBERNETES}/${folder}/${name}`, "utf8")).map((document) => ({
          file: `${folder}/${name}`,
          manifest: document.toJS() as unknown as Manifest,
        })),
      ),
  );
}

/** Whatever makes pods. */
export function readWorkloads(): Workload[] {
  return readManifests().flatMap(({ file, manifest: { spec } }) => {
    const pod = spec?.template?.spec ?? spec?.jobTemplate?.spec.template.spec;
    return pod ? [{ file, pod }] : [];
  });
}

export function readConfiguration(file: string): string {
  return readFileSync(`${KUBERNETES}/base/${file}`, "utf8");
}

/** The instructions of the Dockerfile with their arguments, continued lines joined, comments left out. */
export function readInstructions(): { instruction: string; rest: string }[] {
  return readFileSync("Dockerfile", "utf8")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [instruction = "", ...rest] = line.trim().split(/\s+/);
      return { instruction, rest: rest.join(" ") };
    });
}

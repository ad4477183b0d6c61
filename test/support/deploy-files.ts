import { readdirSync, readFileSync } from "node:fs";
import manifest from "../../package.json" with { type: "json" };
import { parseCompose } from "./deploy-compose.ts";
import { type Manifest, type Pod, parseKustomization, parseManifests } from "./deploy-kubernetes.ts";

/** The image as every file names it. */
export const IMAGE = `${manifest.name}:${manifest.version}`;

/** A value that must come from somewhere else than a file of this repository. */
export const SECRET_NAME = /SECRET|PASSWORD|TOKEN|KEY|DATABASE_URL|WEBHOOK/;

export function readCompose() {
  return parseCompose(readFileSync("docker-compose.yml", "utf8"));
}

export interface Workload {
  /** Folder and file, such as `schedule/deployment.yaml`. */
  readonly file: string;
  readonly pod: Pod;
}

const KUBERNETES = "deploy/kubernetes";
const KUSTOMIZATION = "kustomization.yaml";

/** Folders with a kustomization, with what it says and the other files that are there. */
export function readKustomizations() {
  return readdirSync(KUBERNETES).map((folder) => ({
    folder,
    kustomization: parseKustomization(readFileSync(`${KUBERNETES}/${folder}/${KUSTOMIZATION}`, "utf8")),
    others: readdirSync(`${KUBERNETES}/${folder}`).filter((name) => name !== KUSTOMIZATION),
  }));
}

/** Every object that the kustomizations list, by folder and file. */
export function readManifests(): { file: string; manifest: Manifest }[] {
  return readKustomizations().flatMap(({ folder, kustomization }) =>
    kustomization.resources
      .filter((name) => !name.startsWith(".."))
      .flatMap((name) =>
        parseManifests(readFileSync(`${KUBERNETES}/${folder}/${name}`, "utf8")).map((one) => ({
          file: `${folder}/${name}`,
          manifest: one,
        })),
      ),
  );
}

/** Whatever makes pods. */
export function readWorkloads(): Workload[] {
  return readManifests().flatMap(({ file, manifest: one }) => {
    if (one.kind === "Deployment" || one.kind === "Job") return [{ file, pod: one.spec.template.spec }];
    if (one.kind === "CronJob") return [{ file, pod: one.spec.jobTemplate.spec.template.spec }];
    return [];
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

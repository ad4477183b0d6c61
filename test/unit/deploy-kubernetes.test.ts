import { describe, expect, test } from "vitest";
import { readConfigFile } from "../../src/config-file.ts";
import { findCronProblem } from "../../src/cron.ts";
import { parseEnvironment, VARIABLES } from "../../src/environment.ts";
import {
  readConfiguration,
  readKustomizations,
  readManifests,
  readWorkloads,
  SECRET_NAME,
} from "../support/deploy-files.ts";
import type { KubernetesContainer, Pod } from "../support/deploy-kubernetes.ts";

const kustomizations = readKustomizations();
const workloads = readWorkloads();
const manifests = readManifests();
const secrets = manifests.flatMap(({ manifest }) => (manifest.kind === "Secret" ? [manifest] : []));
const cronJobs = manifests.flatMap(({ manifest }) => (manifest.kind === "CronJob" ? [manifest] : []));
const [generated] = kustomizations.flatMap(({ kustomization }) => kustomization.configMapGenerator ?? []);
const containersOf = ({ initContainers = [], containers }: Pod): readonly KubernetesContainer[] => [
  ...initContainers,
  ...containers,
];

test.each(kustomizations.map(({ folder }) => folder))(
  "the kustomization of %s lists every file",
  (folder) => {
    const { kustomization, others } = kustomizations.find((one) => one.folder === folder) ?? { others: [] };
    const files = kustomization?.configMapGenerator?.flatMap((map) => map.files) ?? [];
    const listed = [...(kustomization?.resources ?? []), ...files].filter((name) => !name.startsWith(".."));
    expect(listed.toSorted()).toEqual(others.toSorted());
  },
);

test("both ways of running take the same secrets and settings", () => {
  for (const folder of ["schedule", "cron", "migrate"])
    expect(kustomizations.find((one) => one.folder === folder)?.kustomization.resources).toContain("../base");
});

test("secrets are placeholders that the program refuses, and name what it reads", () => {
  for (const { stringData } of secrets) {
    const problems: string[] = [];
    parseEnvironment(stringData, new Set(), problems);
    expect(problems).toHaveLength(Object.keys(stringData).length);
    for (const [name, value] of Object.entries(stringData)) {
      expect(VARIABLES).toContain(name);
      expect(value).toBe("REPLACE-ME");
    }
  }
});

test("the migrate Job has the settings of the connector, and of the two addresses the owner's", () => {
  const job = workloads.find(({ file }) => file === "migrate/job.yaml");
  const [migrate] = job?.pod.containers ?? [];
  expect(migrate?.envFrom).toEqual([
    { secretRef: { name: "pinterest-ads" } },
    { secretRef: { name: "pinterest-ads-owner" } },
  ]);
});

describe.each(workloads.map(({ file, pod }) => [file, pod] as const))("%s", (_, pod) => {
  // https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
  test("keeps to the restricted Pod Security Standard, and cannot write", () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: "RuntimeDefault" },
    });
    for (const { securityContext } of containersOf(pod))
      expect(securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
    for (const volume of pod.volumes)
      expect(["configMap", "emptyDir"]).toContain(Object.keys(volume).find((key) => key !== "name"));
  });

  test("has no rights in the cluster, and no variables of services, which would look like misspelt settings", () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
  });

  test("takes secrets by reference alone, and sets only what the program reads", () => {
    for (const { env = [], envFrom = [] } of containersOf(pod)) {
      for (const { name } of env) expect(VARIABLES).toContain(name);
      for (const { name, value } of env) if (SECRET_NAME.test(name)) expect(value).toBeUndefined();
      const known = secrets.map(({ metadata }) => metadata.name);
      for (const { secretRef } of envFrom) expect(known).toContain(secretRef.name);
    }
  });

  test("finds its configuration where it is mounted", () => {
    for (const { env = [], volumeMounts } of containersOf(pod)) {
      const path = env.find(({ name }) => name === "CONNECTOR_CONFIG")?.value ?? "";
      const mount = volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
      const volume = pod.volumes.find(({ name }) => name === mount?.name);
      expect(volume?.configMap?.name).toBe(generated?.name);
      expect(generated?.files).toContain(path.slice((mount?.mountPath.length ?? 0) + 1));
    }
  });

  test("says what it needs and gets time to stop", () => {
    for (const { resources } of containersOf(pod))
      expect(resources).toMatchObject({ requests: { memory: "256Mi" }, limits: { memory: "512Mi" } });
    expect(pod.terminationGracePeriodSeconds).toBe(330);
  });
});

test.each(generated?.files ?? [])("%s is a configuration without problems", (file) => {
  const problems: string[] = [];
  readConfigFile(file, readConfiguration(file), problems);
  expect(problems).toEqual([]);
});

test("the light refresh reads fewer days, and nothing else differs", () => {
  const read = (file: string) => readConfigFile(file, readConfiguration(file), []);
  const [full, recent] = [read("connector.yaml"), read("connector-recent.yaml")];
  expect(recent.analytics.lookback_days).toBe(3);
  expect({ ...recent, analytics: { ...recent.analytics, lookback_days: undefined } }).toEqual({
    ...full,
    analytics: { ...full.analytics, lookback_days: undefined },
  });
});

test("a Job of cron is not repeated: with an ad account that is shut every run would fail twice", () => {
  expect(cronJobs.map(({ spec }) => spec.jobTemplate.spec.backoffLimit)).toEqual([0, 0]);
});

test("runs of cron never overlap with those of their own kind, and start at other minutes", () => {
  const specs = cronJobs.map(({ spec }) => spec);
  const schedules = specs.map(({ schedule }) => schedule);
  expect(specs).toEqual(
    specs.map(() => expect.objectContaining({ concurrencyPolicy: "Forbid", timeZone: "Etc/UTC" })),
  );
  expect(schedules.map(findCronProblem)).toEqual([undefined, undefined]);
  expect(new Set(schedules).size).toBe(2);
});

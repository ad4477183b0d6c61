/** What a directive may be set to. */
const BOOLEAN = /^(yes|no)$/;
const SECONDS = /^\d+$/;
const ABSOLUTE = /^\/[\w./-]+$/;
const ANY = /^.+$/;

/** systemd.exec(5) and systemd.resource-control(5), as far as they are used; `systemd-run` takes them as properties. */
const EXECUTION: Readonly<Record<string, RegExp>> = {
  WorkingDirectory: ABSOLUTE,
  EnvironmentFile: ABSOLUTE,
  Environment: /^[A-Z_]+=\S+$/,
  DynamicUser: BOOLEAN,
  NoNewPrivileges: BOOLEAN,
  CapabilityBoundingSet: /^$/,
  ProtectSystem: /^(yes|no|full|strict)$/,
  ProtectHome: /^(yes|no|read-only|tmpfs)$/,
  PrivateTmp: BOOLEAN,
  PrivateDevices: BOOLEAN,
  ProtectClock: BOOLEAN,
  ProtectControlGroups: BOOLEAN,
  ProtectHostname: BOOLEAN,
  ProtectKernelLogs: BOOLEAN,
  ProtectKernelModules: BOOLEAN,
  ProtectKernelTunables: BOOLEAN,
  RestrictAddressFamilies: /^(AF_(INET6?|UNIX) ?)+$/,
  RestrictNamespaces: BOOLEAN,
  RestrictRealtime: BOOLEAN,
  RestrictSUIDSGID: BOOLEAN,
  LockPersonality: BOOLEAN,
  SystemCallArchitectures: /^native$/,
  SystemCallFilter: /^@system-service$/,
  MemoryMax: /^\d+[KMG]$/,
};

const SECTIONS: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  // systemd.unit(5)
  Unit: { Description: ANY, Documentation: /^(file|https):\S+$/, Wants: ANY, After: ANY },
  // systemd.service(5)
  Service: {
    ...EXECUTION,
    ExecStart: /^\/\S+( \S+)*$/,
    SuccessExitStatus: SECONDS,
    TimeoutStopSec: SECONDS,
    Restart: /^(no|on-failure|always)$/,
    RestartSec: SECONDS,
    RestartPreventExitStatus: SECONDS,
  },
  // systemd.unit(5)
  Install: { WantedBy: /^[\w-]+\.target$/ },
};

/** What systemd would ignore or refuse: sections, directives and values that are not of the kind that is meant. */
export function findUnitProblems(text: string): string[] {
  const problems: string[] = [];
  let section = "";
  for (const line of text.split("\n").filter((one) => !/^(#|$)/.test(one))) {
    const [, title] = /^\[(.*)\]$/.exec(line) ?? [];
    if (title !== undefined) section = title;
    else
      problems.push(
        ...findSettingProblems(line, SECTIONS[section] ?? {}).map((why) => `[${section}] ${why}`),
      );
  }
  return problems;
}

/** The same for what a command hands to `systemd-run --property`. */
export function findPropertyProblems(text: string): string[] {
  return [...text.matchAll(/--property=(\S+)/g)].flatMap(([, setting = ""]) =>
    findSettingProblems(setting, EXECUTION),
  );
}

function findSettingProblems(setting: string, known: Readonly<Record<string, RegExp>>): string[] {
  const [, directive = setting, value = ""] = /^(\w+)=(.*)$/.exec(setting) ?? [];
  const form = known[directive];
  if (form === undefined) return [`${directive}: unknown here`];
  return form.test(value) ? [] : [`${directive}: ${value}`];
}

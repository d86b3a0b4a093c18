/** Where results of a run are sent. Only what a configuration names; nothing is sent otherwise. */
export type Destination =
  | {
      readonly kind: "syslog";
      /** `udp://host:514`, `tcp://host:601`, `tls://host:6514`. */
      readonly url: string;
      readonly format: "rfc5424" | "cef";
      /** File of certificates that are trusted besides the system's. */
      readonly caFile?: string;
    }
  | {
      readonly kind: "webhook";
      readonly url: string;
      /** File whose content signs what is sent. */
      readonly secretFile?: string;
      readonly caFile?: string;
    }
  | { readonly kind: "prometheus"; readonly file: string }
  | { readonly kind: "command"; readonly words: readonly [string, ...string[]] };

/** What a run came to, as it may leave the machine: masked, without state-secret findings. Plain data. */
export interface RunReport {
  readonly schema: 1;
  /** The same for every try to send it; a receiver takes a second one for the first. */
  readonly key: string;
  /** ISO 8601 UTC. */
  readonly started: string;
  readonly ended: string;
  readonly host: string;
  readonly version: string;
  readonly profile: string | undefined;
  readonly zone: string;
  readonly complete: boolean;
  readonly exitCode: number;
  readonly entries: number;
  readonly examined: number;
  readonly notExamined: number;
  readonly violations: number;
  readonly suspects: number;
  readonly elapsedMs: number;
  /** Against the last complete run over the same roots; absent where there is none. */
  readonly change?: { readonly new: number; readonly worse: number; readonly gone: number };
  /** State-secret findings never leave the machine unless a configuration says that the network is cleared for them. */
  readonly stateSecrets: { readonly count: number; readonly note: string };
  readonly findings: readonly ReportedFinding[];
  /** Findings that are not in the list: over its limit. */
  readonly left: number;
  /** Days by which a regular check came late. */
  readonly overdueDays?: number;
}

/** A finding that counts, masked. */
export interface ReportedFinding {
  readonly fingerprint: string;
  readonly rule: string;
  readonly path: string;
  readonly severity: string;
  readonly effect: "violation" | "suspect";
  readonly masked: string;
}

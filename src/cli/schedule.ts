/** A run that a scheduler starts. */
export interface Job {
  /** Absolute paths of Node and of the program: schedulers have no PATH of their own. */
  readonly node: string;
  readonly program: string;
  readonly arguments: readonly string[];
  /** Directory it runs in, absolute. */
  readonly directory: string;
  readonly every: "day" | "week" | "month";
  readonly hour: number;
  readonly minute: number;
  /** Minutes over which hosts spread their start. */
  readonly spread: number;
  /** Directories it writes to. */
  readonly writes: readonly string[];
  /** Directory in which state and key lie below `zicha`; undefined where the account that runs it has one of its own. */
  readonly stateHome?: string;
  /** Something is sent over the network, as a configuration says. */
  readonly sends: boolean;
}

/** Name of the units and of the task. */
const NAME = "zicha";

/** Two units for systemd: a service that runs once, and its timer. systemd.exec(5), systemd.timer(5). */
export function systemdUnits(job: Job): string {
  const calendar = { day: "*-*-*", week: "Sun *-*-*", month: "*-*-01" }[job.every];
  const command = [job.node, job.program, ...job.arguments].map(systemdWord).join(" ");
  const { stateHome, sends } = job;
  return `# /etc/systemd/system/${NAME}.service
[Unit]
Description=Secrecy self-check (zicha)
Documentation=man:zicha(1)

[Service]
Type=oneshot
ExecStart=${command}
WorkingDirectory=${systemdPath(job.directory)}
Environment=LANG=C.UTF-8
${stateHome === undefined ? "" : `Environment=${systemdWord(`XDG_STATE_HOME=${stateHome}`)}\n`}UMask=0077
# 1 findings, 3 something was not examined: both are results, not a service that failed.
SuccessExitStatus=1 3
Nice=19
CPUSchedulingPolicy=idle
IOSchedulingClass=idle
LimitCORE=0
MemorySwapMax=0
NoNewPrivileges=yes
# No PrivateTmp=: the host's own /tmp is to be examined, and nothing is written there.
${sends ? "" : "PrivateNetwork=yes\n"}ProtectSystem=strict
ReadWritePaths=${job.writes.map(systemdPath).join(" ")}
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX${sends ? " AF_INET AF_INET6" : ""}
CapabilityBoundingSet=CAP_DAC_READ_SEARCH CAP_FOWNER
SystemCallArchitectures=native

# /etc/systemd/system/${NAME}.timer
[Unit]
Description=Secrecy self-check (zicha), every ${job.every}

[Timer]
OnCalendar=${calendar} ${two(job.hour)}:${two(job.minute)}:00
RandomizedDelaySec=${job.spread}min
Persistent=true

[Install]
WantedBy=timers.target

# install -d -m 700 ${job.writes.map(shellWord).join(" ")} && systemctl daemon-reload && systemctl enable --now ${NAME}.timer
`;
}

/** A word of a command line as systemd reads it: `%`, `$` and quotes stand for themselves. */
function systemdWord(word: string): string {
  const text = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function systemdPath(path: string): string {
  const text = path.replaceAll("%", "%%");
  return /\s/.test(text) ? `"${text}"` : text;
}

/** A file for /etc/cron.d. cron has neither PATH nor locale, takes `%` for a line end, and may leave core files: all said here. */
export function crontab(job: Job): string {
  const day = { day: "* * *", week: "* * 0", month: "1 * *" }[job.every];
  const command = [job.node, job.program, ...job.arguments].map(shellWord).join(" ");
  const spread = job.spread === 0 ? "" : `sleep $((RANDOM % ${job.spread * 60})); `;
  const line = `umask 077 && mkdir -p ${shellWord(job.directory)} && cd ${shellWord(job.directory)} && ulimit -c 0 && ${spread}nice -n 19 ionice -c 3 ${command} -q`;
  return `# /etc/cron.d/${NAME}
SHELL=/bin/bash
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LANG=C.UTF-8
${job.stateHome === undefined ? "" : `XDG_STATE_HOME=${job.stateHome}\n`}${job.minute} ${job.hour} ${day} root ${line.replaceAll("%", "\\%")}
`;
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A task for `schtasks /Create /XML`, Task Scheduler schema 1.2; to be written in UTF-16 with a byte order mark. */
export function windowsTask(job: Job): string {
  const start = `2026-01-0${job.every === "week" ? 4 : 1}T${two(job.hour)}:${two(job.minute)}:00`;
  const months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
  const calendar = {
    day: "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>",
    week: "<ScheduleByWeek><WeeksInterval>1</WeeksInterval><DaysOfWeek><Sunday /></DaysOfWeek></ScheduleByWeek>",
    month: `<ScheduleByMonth><DaysOfMonth><Day>1</Day></DaysOfMonth><Months>${months.map((month) => `<${month} />`).join("")}</Months></ScheduleByMonth>`,
  }[job.every];
  const words = [job.program, ...job.arguments].map(windowsWord).join(" ");
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Secrecy self-check (zicha)</Description>
    <URI>\\${NAME}</URI>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>${start}</StartBoundary>
      <RandomDelay>PT${job.spread}M</RandomDelay>
      ${calendar}
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
    <Priority>7</Priority>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xml(job.node)}</Command>
      <Arguments>${xml(words)}</Arguments>
      <WorkingDirectory>${xml(job.directory)}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`;
}

/** Quoted as the C run-time library of Windows reads it: backslashes double before a quote only. */
function windowsWord(word: string): string {
  if (word !== "" && !/[\s"]/.test(word)) return word;
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

function xml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Programs {
  /** Runs `podman`, `buildah`, `podman-compose`, or a program that starts one of them. */
  attempt(program: string, ...args: readonly string[]): Promise<Outcome>
  /** As `attempt`. @returns stdout @throws if the program fails */
  run(program: string, ...args: readonly string[]): Promise<string>
}

export interface ContainerEngine extends Programs {
  /** A temporary directory, which `remove` removes. */
  readonly directory: string
  /** @returns the same store, for programs that are started by another one, such as `nsenter` */
  startedBy(...starter: readonly string[]): Programs
  /** Ends all containers, and removes them, their images, and their volumes. */
  remove(): Promise<void>
}

const parent = '/var/tmp'
/** Short, because sockets in the directory have long names. With longer ones, podman waits 20 s for each container. */
const prefix = 'rgw-'

/**
 * Opens an empty store of images and containers, so that nothing else on the machine is used or changed. The
 * configuration is for machines without systemd, and for those where `crun` fails.
 *
 * @param baseImages a store whose images can be used and are not changed
 */
export async function openContainerEngine(baseImages?: string): Promise<ContainerEngine> {
  await removeLeftovers()
  return engineIn(mkdtempSync(join(parent, prefix)), baseImages)
}

/** Writes the configuration, and opens the store at `storage` of the directory. */
export function engineIn(directory: string, baseImages?: string): ContainerEngine {
  const path = (name: string) => join(directory, name)
  mkdirSync(path('networks'), { recursive: true })
  writeFileSync(path('containers.conf'), containersConfiguration(path))
  writeFileSync(path('storage.conf'), storageConfiguration(path, baseImages))
  // Without registries, a missing image is an error, and nothing is downloaded.
  writeFileSync(path('registries.conf'), 'unqualified-search-registries = []\n')
  const env = { ...process.env, ...configurationVariables(path) }
  const programs = programsStartedBy([], env)
  return {
    directory,
    ...programs,
    startedBy: (...starter) => programsStartedBy(starter, env),
    async remove() {
      await programs.attempt('podman', 'rm', '--all', '--force', '--volumes', '--time', '0')
      await programs.attempt('buildah', 'rm', '--all')
      await programs.attempt('umount', path('storage/overlay'))
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Writes a file of environment variables that podman reads. @returns its path */
export function writeEnvironment(directory: string, name: string, variables: Readonly<Record<string, string>>): string {
  const file = join(directory, name)
  const lines = Object.entries(variables).map(([variable, value]) => `${variable}=${value}\n`)
  writeFileSync(file, lines.join(''), { mode: 0o600 })
  return file
}

function programsStartedBy(starter: readonly string[], env: NodeJS.ProcessEnv): Programs {
  function attempt(...command: readonly string[]): Promise<Outcome> {
    const [program = '', ...args] = [...starter, ...command]
    return new Promise((resolve) => {
      const child = execFile(program, args, { env, maxBuffer: 64 * 1024 ** 2 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127
        resolve({ code, stdout, stderr: code === 127 ? `${stderr}${error?.message}` : stderr })
      })
      child.stdin?.end()
    })
  }
  return {
    attempt,
    async run(program, ...args) {
      const { code, stdout, stderr } = await attempt(program, ...args)
      if (code !== 0) throw new Error(`${program} ${args.join(' ')} exited with ${code}:\n${stdout}${stderr}`)
      return stdout
    },
  }
}

function configurationVariables(path: (name: string) => string) {
  return {
    BUILDAH_ISOLATION: 'chroot',
    CONTAINERS_CONF: path('containers.conf'),
    CONTAINERS_REGISTRIES_CONF: path('registries.conf'),
    CONTAINERS_STORAGE_CONF: path('storage.conf'),
    // Health checks run when a test runs them, not by timers of systemd.
    DISABLE_HC_SYSTEMD: 'true',
    PODMAN_IGNORE_CGROUPSV1_WARNING: 'true',
  }
}

/** Some machines do not allow the default limits. */
function containersConfiguration(path: (name: string) => string): string {
  return `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
log_driver = "k8s-file"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "${path('run/podman')}"
volume_path = "${path('volumes')}"
[network]
network_backend = "netavark"
network_config_dir = "${path('networks')}"
`
}

function storageConfiguration(path: (name: string) => string, baseImages: string | undefined): string {
  const stores = baseImages === undefined ? '' : `"${baseImages}"`
  return `[storage]
driver = "overlay"
graphroot = "${path('storage')}"
runroot = "${path('run/storage')}"
[storage.options]
additionalimagestores = [${stores}]
`
}

/** Removes what test runs left that were killed more than an hour ago. */
async function removeLeftovers(): Promise<void> {
  const names = readdirSync(parent).filter((name) => name.startsWith(prefix))
  for (const directory of names.map((name) => join(parent, name)))
    if (statSync(directory).mtimeMs < Date.now() - 3_600_000) await engineIn(directory).remove()
}

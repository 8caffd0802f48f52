import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Ended, type Program, type ProgramOptions, run, start } from '../program.ts'

/** A person's machine: a home of its own, and a project named `myapp` in which they stand. */
export interface Machine {
  readonly home: string
  readonly project: string
  /** The environment of every program on it, without the environment of the tests. */
  readonly env: NodeJS.ProcessEnv
  write(path: string, content: string): string
  sh(command: string, options?: Partial<ProgramOptions>): Promise<Ended>
  start(program: string, args: readonly string[], options?: Partial<ProgramOptions>): Program
  run(program: string, args: readonly string[], options?: Partial<ProgramOptions>): Promise<Ended>
  remove(): void
}

const manifest = 'services:\n  web:\n    build: .\n    port: 3000\n'

/** @param convox the path of the program `convox` on the machine, or null for none */
export function createMachine(convox: string | null): Machine {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'rack-gateway-person-')))
  const bin = join(home, 'bin')
  const project = join(home, 'myapp')
  for (const directory of [bin, project]) mkdirSync(directory)
  if (convox !== null) symlinkSync(convox, join(bin, 'convox'))
  const env = {
    HOME: home,
    CONVOX_CONFIG: join(home, 'convox'),
    XDG_CONFIG_HOME: join(home, 'config'),
    RACK_GATEWAY_TOKEN_STORE: 'file',
    PATH: `${bin}:${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    TMPDIR: tmpdir(),
  }
  const here = ({ env: more, ...options }: Partial<ProgramOptions> = {}): ProgramOptions => ({
    cwd: project,
    ...options,
    env: { ...env, ...more },
  })
  function write(path: string, content: string): string {
    const file = join(home, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }
  write('myapp/convox.yml', manifest)
  write('myapp/Dockerfile', 'FROM scratch\n')
  return {
    home,
    project,
    env,
    write,
    sh: (command, options) => run('/bin/sh', ['-c', command], here(options)),
    start: (program, args, options) => start(program, args, here(options)),
    run: (program, args, options) => run(program, args, here(options)),
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** A stand-in for convox that prints its arguments and RACK_URL. */
export function writeStubConvox(path: string): void {
  writeFileSync(path, '#!/bin/sh\nprintf "arguments: %s\\nRACK_URL: %s\\n" "$*" "$RACK_URL"\n')
  chmodSync(path, 0o755)
}

import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ContainerEngine, writeEnvironment } from './engine.ts'
import { openNetworkNamespace } from './network-namespace.ts'

export interface ComposeProjectOptions {
  /** Images of services, instead of those in the file. */
  readonly images: Readonly<Record<string, string>>
  /** Variables of the files beside `compose.yaml`. */
  readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>
}

export interface ComposeProject {
  /** Runs `podman-compose`. @throws if it fails */
  compose(...words: readonly string[]): Promise<string>
  containerOf(service: string): Promise<string>
  /** Sends a GET request to the port that the gateway publishes. @returns the body, or the error's message */
  fetch(path: string, token?: string): Promise<string>
  /** Removes the containers and volumes. */
  close(): Promise<void>
}

/** Copies `infra/compose.yaml`. Its ports, bridges, and firewall rules are in a network namespace of their own. */
export async function openComposeProject(
  engine: ContainerEngine,
  { images, environments }: ComposeProjectOptions,
): Promise<ComposeProject> {
  const infra = fileURLToPath(new URL('../..', import.meta.url))
  const directory = join(engine.directory, 'infra')
  mkdirSync(directory)
  for (const name of ['compose.yaml', 'compose']) cpSync(join(infra, name), join(directory, name), { recursive: true })
  for (const [name, variables] of Object.entries(environments)) writeEnvironment(directory, name, variables)
  const services = Object.fromEntries(Object.entries(images).map(([service, image]) => [service, { image }]))
  writeFileSync(join(directory, 'images.yaml'), JSON.stringify({ services }))
  const files = ['compose.yaml', 'images.yaml'].flatMap((name) => ['--file', join(directory, name)])
  const namespace = await openNetworkNamespace()
  const programs = engine.startedBy(...namespace.enter)
  // podman-compose ignores the name of the project in the file.
  const label = 'label=io.podman.compose.project=infra'
  return {
    compose: (...words) => programs.run('podman-compose', ...files, ...words),
    async containerOf(service) {
      const filters = ['--filter', label, '--filter', `label=com.docker.compose.service=${service}`]
      return (await engine.run('podman', 'ps', ...filters, '--format', '{{.Names}}')).trim()
    },
    async fetch(path, token) {
      const script = `const [url, token] = process.argv.slice(1)
        const headers = token === undefined ? {} : { authorization: 'Bearer ' + token }
        fetch(url, { headers }).then((answer) => answer.text()).then(console.log)`
      const words = [`http://127.0.0.1:8447${path}`, ...(token === undefined ? [] : [token])]
      const { code, stdout, stderr } = await programs.attempt(process.execPath, '--eval', script, ...words)
      return code === 0 ? stdout : stderr
    },
    async close() {
      await programs.attempt('podman-compose', ...files, 'down', '--volumes', '--timeout', '0')
      await namespace.close()
    },
  }
}

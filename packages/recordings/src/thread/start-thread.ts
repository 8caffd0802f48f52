import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a thread from a module that stands beside another one.
 *
 * @param module without its extension, such as `./recorder-thread`
 * @param beside `import.meta.url` of the other one, whose extension it has
 */
export function startThread(module: string, beside: string, options: WorkerOptions): Worker {
  if (!beside.endsWith('.ts')) return new Worker(new URL(`${module}.js`, beside), options)
  const execArgv = ['--conditions=@rack-gateway/source']
  return new Worker(fromSource(new URL(`${module}.ts`, beside)), { ...options, eval: true, execArgv })
}

/** In development and in tests: a thread doesn't have the hooks of its process that read TypeScript. */
function fromSource({ href }: URL): string {
  return `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
    register()
    return import(${JSON.stringify(href)})
  })`
}

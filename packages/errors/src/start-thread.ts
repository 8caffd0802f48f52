import { Worker, type WorkerOptions } from 'node:worker_threads'

/**
 * Starts a thread from a module in the same directory as the caller.
 *
 * @param module without extension, such as `./verifier-thread`
 * @param importerUrl `import.meta.url` of the caller; the thread's module has the same extension
 */
export function startThread(module: string, importerUrl: string, options: WorkerOptions): Worker {
  if (!importerUrl.endsWith('.ts')) return new Worker(new URL(`${module}.js`, importerUrl), options)
  const execArgv = ['--conditions=@rack-gateway/source']
  return new Worker(fromSource(new URL(`${module}.ts`, importerUrl)), { ...options, eval: true, execArgv })
}

/** In development: a thread does not inherit the module hooks that compile TypeScript. */
function fromSource({ href }: URL): string {
  return `import(${JSON.stringify(import.meta.resolve('tsx/esm/api'))}).then(({ register }) => {
    register()
    return import(${JSON.stringify(href)})
  })`
}

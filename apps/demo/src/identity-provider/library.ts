type Library = typeof import('oidc-provider')

let loading: Promise<Library> | null = null

/** Keeps notices and warnings about production use out of the output of the demo. */
export function loadLibrary(): Promise<Library> {
  loading ??= load()
  return loading
}

function load(): Promise<Library> {
  for (const level of ['info', 'warn'] as const) {
    const print = console[level]
    console[level] = (...words: unknown[]) => {
      if (!/oidc-provider (NOTICE|WARNING):/.test(String(words[0]))) print(...words)
    }
  }
  return import('oidc-provider')
}

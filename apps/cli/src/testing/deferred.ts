/** A promise that resolves when it is told to. */
export function held(): { readonly promise: Promise<string>; end(): void } {
  const ending = new AbortController()
  const promise = new Promise<string>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve('done'))
  })
  return { promise, end: () => ending.abort() }
}

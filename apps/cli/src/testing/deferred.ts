/** A promise that `end` resolves. */
export function createDeferred(): { readonly promise: Promise<string>; end(): void } {
  const ending = new AbortController()
  const promise = new Promise<string>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve('done'))
  })
  return { promise, end: () => ending.abort() }
}

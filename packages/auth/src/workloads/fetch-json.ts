/** Milliseconds for one document, and the bytes that it may have. */
const deadline = 5_000
const largest = 256 * 1024

/** Fetches a JSON document, whatever type it says it has. Follows no redirect, and reads no more than it may have. */
export async function fetchJson(url: string, signal = AbortSignal.timeout(deadline)): Promise<unknown> {
  const answer = await fetch(url, { redirect: 'error', signal, headers: { accept: 'application/json' } })
  if (answer.status === 200) return JSON.parse(await boundedText(answer))
  await answer.body?.cancel()
  throw new Error(`it answered with status ${answer.status}`)
}

/** Leaving the loop before its end gives up the rest of the answer, and its connection. */
async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.byteLength
    if (size > largest) throw new Error(`its answer is larger than ${largest} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

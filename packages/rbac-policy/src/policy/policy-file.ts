import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type PolicyProblem, readPolicy, unblockedRoutes } from '../document/document.ts'
import { UnusablePolicyFile } from '../errors/errors.ts'
import type { PolicyDocument } from '../policy-document/policy-document.ts'
import type { ReplaceablePolicy } from './replaceable-policy.ts'

/** `policy`: the hash of the document in effect after the change. `before`: the hash of the previous document. */
export type PolicyFileChange =
  | {
      readonly kind: 'loaded'
      readonly file: string
      readonly policy: string
      readonly before: string
      /** The routes that the built-in policy blocks, and that the new document does not block. */
      readonly unblockedRoutes: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly file: string; readonly policy: string; readonly problems: readonly string[] }

export interface PolicyFile {
  /** The problems of the current file while an older version is in effect; empty if the current file is valid. */
  problems(): readonly string[]
  /** Reads the file again if it has changed. */
  reload(): Promise<void>
  stop(): void
}

export interface PolicyFileOptions {
  readonly path: string
  readonly policy: ReplaceablePolicy
  /**
   * Called before a new document takes effect, and for an invalid document. If it throws, the old document stays, and
   * the change is retried.
   */
  readonly onChange: (change: PolicyFileChange) => Promise<void>
  readonly onError: (error: unknown) => void
  /** Milliseconds between two checks. */
  readonly every?: number
}

const defaultInterval = 1_000
const maxFileSize = 4 * 1024 * 1024

/** @throws UnusablePolicyFile with the problems that `readPolicy` returns, or why the file cannot be read */
export async function readPolicyFile(path: string): Promise<PolicyDocument> {
  const { document, problems } = parse(path, await read(path))
  if (document === null) throw new UnusablePolicyFile(path, problems.join('; '))
  return document
}

/** An invalid file leaves the previous document in effect. */
export function watchPolicyFile({
  path,
  policy,
  onChange,
  onError,
  every = defaultInterval,
}: PolicyFileOptions): PolicyFile {
  let lastState: string | null = null
  let currentProblems: readonly string[] = []
  let reading: Promise<void> | null = null

  async function check(): Promise<void> {
    const content = await read(path)
    if (content.state === lastState) return
    const { document, problems } = parse(path, content)
    const file = basename(path)
    if (document === null) {
      currentProblems = problems
      await onChange({ kind: 'rejected', file, policy: policy.hash, problems })
    } else {
      currentProblems = []
      const candidate = policy.check(document)
      // Another description of a role has the same hash, and needs no event.
      if (candidate.hash !== policy.hash)
        await onChange({
          kind: 'loaded',
          file,
          policy: candidate.hash,
          before: policy.hash,
          unblockedRoutes: unblockedRoutes(document),
        })
      candidate.use()
    }
    lastState = content.state
  }

  /** Runs one check at a time. A concurrent caller waits for a check that starts after its call. */
  async function reload(): Promise<void> {
    while (reading !== null) await reading
    reading = check()
      .catch(onError)
      .finally(() => {
        reading = null
      })
    await reading
  }

  const timer = setInterval(() => {
    if (reading === null) void reload()
  }, every).unref()
  return { problems: () => currentProblems, reload, stop: () => clearInterval(timer) }
}

interface FileContent {
  /** Null if the file cannot be read. */
  readonly text: string | null
  /** The hash of the text, or the reason why the file cannot be read. */
  readonly state: string
}

async function read(path: string): Promise<FileContent> {
  try {
    const { size } = await stat(path)
    if (size > maxFileSize) return { text: null, state: `it has ${size} bytes, which is too large for a policy` }
    const bytes = await readFile(path)
    return { text: bytes.toString('utf8'), state: createHash('sha256').update(bytes).digest('hex') }
  } catch (error) {
    return { text: null, state: unreadable(error) }
  }
}

interface FileReading {
  readonly document: PolicyDocument | null
  readonly problems: readonly string[]
}

function parse(path: string, { text, state }: FileContent): FileReading {
  if (text === null) return { document: null, problems: [state] }
  try {
    const { document, problems } = readPolicy(text, basename(path))
    return { document, problems: problems.map(formatProblem) }
  } catch (error) {
    return { document: null, problems: [unreadable(error)] }
  }
}

function formatProblem({ line, column, text }: PolicyProblem): string {
  return `line ${line}, column ${column}: ${text}`
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return `it cannot be read (${code})`
}

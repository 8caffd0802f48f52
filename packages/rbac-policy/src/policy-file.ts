import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { type PolicyProblem, readPolicy, unblockedBy } from './document.ts'
import { UnusablePolicyFile } from './errors.ts'
import type { PolicyDocument } from './policy-document.ts'
import type { ReplaceablePolicy } from './replaceable-policy.ts'

/** What became of a file that has changed. */
export type PolicyFileChange =
  | {
      readonly kind: 'loaded'
      readonly file: string
      readonly policy: string
      readonly before: string
      readonly unblocked: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly file: string; readonly policy: string; readonly problems: readonly string[] }

export interface PolicyFile {
  /** What is wrong with the file as it is now, while an older one is in force; empty when nothing is. */
  problems(): readonly string[]
  /** Reads it again if it has changed since. */
  reload(): Promise<void>
  stop(): void
}

export interface PolicyFileOptions {
  readonly path: string
  readonly policy: ReplaceablePolicy
  /** Called before a new document comes into force, and for one that can't. What it throws leaves the old one, and it is tried again. */
  readonly onChange: (change: PolicyFileChange) => Promise<void>
  readonly onError: (error: unknown) => void
  /** Milliseconds between two looks. */
  readonly every?: number
}

const usually = 1_000
const largestFile = 4 * 1024 * 1024

/** Reads a policy document for the start. @throws UnusablePolicyFile with every problem, its line and column */
export async function readPolicyFile(path: string): Promise<PolicyDocument> {
  const { document, problems } = parse(path, await read(path))
  if (document === null) throw new UnusablePolicyFile(path, problems.join('; '))
  return document
}

/** Looks at a file again and again, and puts what it says into force. One that can't be used leaves the document before it in force. */
export function watchPolicyFile({ path, policy, onChange, onError, every = usually }: PolicyFileOptions): PolicyFile {
  let seen: string | null = null
  let known: readonly string[] = []
  let reading: Promise<void> | null = null

  async function look(): Promise<void> {
    const content = await read(path)
    if (content.state === seen) return
    const { document, problems } = parse(path, content)
    const file = basename(path)
    if (document === null) {
      known = problems
      await onChange({ kind: 'rejected', file, policy: policy.hash, problems })
    } else {
      known = []
      const candidate = policy.check(document)
      if (candidate.hash !== policy.hash) {
        const unblocked = unblockedBy(document)
        await onChange({ kind: 'loaded', file, policy: candidate.hash, before: policy.hash, unblocked })
        candidate.use()
      }
    }
    seen = content.state
  }

  /** One at a time: who asks meanwhile waits for a look that begins after they asked. */
  async function reload(): Promise<void> {
    while (reading !== null) await reading
    reading = look()
      .catch(onError)
      .finally(() => {
        reading = null
      })
    await reading
  }

  const timer = setInterval(() => {
    if (reading === null) void reload()
  }, every).unref()
  return { problems: () => known, reload, stop: () => clearInterval(timer) }
}

interface FileContent {
  /** Null where there is none to be had. */
  readonly text: string | null
  /** The same for the same text; where there is none, why. */
  readonly state: string
}

async function read(path: string): Promise<FileContent> {
  try {
    const { size } = await stat(path)
    if (size > largestFile) return { text: null, state: `it has ${size} bytes, which no policy has` }
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
    return { document, problems: problems.map(written) }
  } catch (error) {
    return { document: null, problems: [unreadable(error)] }
  }
}

function written({ line, column, text }: PolicyProblem): string {
  return `line ${line}, column ${column}: ${text}`
}

function unreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  return `it can not be read (${code})`
}

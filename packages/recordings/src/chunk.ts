import { type CipherGCM, createCipheriv, createDecipheriv, createHash, type Hash, randomBytes } from 'node:crypto'
import { freeBuffer } from './buffer-pool.ts'
import { GrowingBytes } from './growing-bytes.ts'

/** Derives keys for one purpose, newest first. Each purpose must be unique in the gateway. */
export type DeriveKeys = (purpose: string) => readonly Buffer[]

/** The purpose of each key of a recording begins with this prefix. */
export const purposePrefix = 'rack-gateway/recording/1/'

export interface DecryptedChunk {
  readonly number: number
  readonly final: boolean
  readonly text: Buffer
}

const magic = Buffer.from('RGRC\x01')
const saltLength = 16
const tagLength = 16
/** Bytes of the magic with its version, the flags, the number, and the salt. */
const headerLength = magic.length + 1 + 4 + saltLength
const maxChunks = 0xffff_ffff

/** The usual maximum size of a chunk in bytes: 512 KiB of session bytes, plus a quarter for escapes. */
const expectedChunkSize = 640 * 1024

/** The head of a hash chain without chunks. */
export const genesis = Buffer.alloc(32)

/** Encrypts the chunks of one recording, written by one process, in order. */
export class ChunkSealer {
  readonly #recording: string
  readonly #salt = randomBytes(saltLength)
  readonly #key: Buffer
  #next: number
  #head: Buffer = genesis

  /** @param from number of the first chunk */
  constructor(recording: string, derive: DeriveKeys, from = 0) {
    const [newest] = derive(keyPurpose(recording, this.#salt))
    if (!newest) throw new Error('a chunk needs a key')
    this.#recording = recording
    this.#key = newest
    this.#next = from
  }

  get count(): number {
    return this.#next
  }

  /** The head of the hash chain after the chunks that have ended. */
  get head(): Buffer {
    return this.#head
  }

  /**
   * The caller must end one chunk before it begins the next.
   *
   * Encryption is AES-256-GCM. The key belongs to this process and recording, and the nonce is the chunk number, so no
   * nonce is used twice with a key. The recording ID and the header are authenticated as additional data.
   */
  begin({ final }: { readonly final: boolean }): ChunkWriter {
    if (this.#next > maxChunks) throw new Error('a recording has no more than 4,294,967,296 chunks')
    const header = Buffer.concat([magic, Buffer.alloc(5), this.#salt])
    header.writeUInt8(final ? 1 : 0, magic.length)
    header.writeUInt32BE(this.#next, magic.length + 1)
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#next))
    cipher.setAAD(additionalData(this.#recording, header))
    this.#next += 1
    return new ChunkWriter(header, cipher, this.#head, (head) => {
      this.#head = head
    })
  }

  seal(text: Buffer, options: { readonly final: boolean }): Buffer {
    const chunk = this.begin(options)
    chunk.add(text)
    return chunk.end()
  }
}

/** Encrypts and hashes added text at once, while the text is still in the processor's cache. */
export class ChunkWriter {
  readonly #cipher: CipherGCM
  readonly #hash: Hash
  readonly #sealed = new GrowingBytes(expectedChunkSize)
  readonly #onEnd: (head: Buffer) => void

  constructor(header: Buffer, cipher: CipherGCM, head: Buffer, onEnd: (head: Buffer) => void) {
    this.#cipher = cipher
    this.#hash = createHash('sha256').update(head)
    this.#onEnd = onEnd
    this.#put(header)
  }

  /** Does not keep `text`. */
  add(text: Buffer): void {
    if (text.length === 0) return
    const sealed = this.#cipher.update(text)
    this.#put(sealed)
    // `update` allocates a buffer for each call, and `#put` has copied its content.
    freeBuffer(sealed)
  }

  /** @returns the encrypted chunk; pass it to `returnBuffer` when it is no longer needed */
  end(): Buffer {
    this.#put(this.#cipher.final())
    this.#put(this.#cipher.getAuthTag())
    this.#onEnd(this.#hash.digest())
    return this.#sealed.takeCompact()
  }

  #put(bytes: Buffer): void {
    this.#hash.update(bytes)
    this.#sealed.append(bytes)
  }
}

/**
 * The unencrypted header of a chunk. Anyone who can write to the store can forge a header: only decryption or the hash
 * chain proves the header.
 */
export interface ChunkHeader {
  readonly number: number
  readonly final: boolean
}

/** @returns null for bytes that are not a chunk */
export function readChunkHeader(sealed: Buffer): ChunkHeader | null {
  if (sealed.length < headerLength + tagLength || !sealed.subarray(0, magic.length).equals(magic)) return null
  const flags = sealed.readUInt8(magic.length)
  return flags > 1 ? null : { number: sealed.readUInt32BE(magic.length + 1), final: flags === 1 }
}

/** @returns null if none of the keys decrypts the bytes as a chunk of this recording */
export function decryptChunk(recording: string, derive: DeriveKeys, sealed: Buffer): DecryptedChunk | null {
  const parsed = readChunkHeader(sealed)
  if (parsed === null) return null
  const header = sealed.subarray(0, headerLength)
  const salt = header.subarray(headerLength - saltLength)
  for (const key of derive(keyPurpose(recording, salt))) {
    const text = decrypt(key, nonceOf(parsed.number), additionalData(recording, header), sealed.subarray(headerLength))
    if (text !== null) return { ...parsed, text }
  }
  return null
}

function decrypt(key: Buffer, nonce: Buffer, data: Buffer, sealed: Buffer): Buffer | null {
  const end = sealed.length - tagLength
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagLength })
  decipher.setAAD(data).setAuthTag(sealed.subarray(end))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, end)), decipher.final()])
  } catch {
    return null
  }
}

/** The salt gives each process its own key, because a second process may continue a recording after a crash. */
function keyPurpose(recording: string, salt: Buffer): string {
  return `${purposePrefix}${recording}/${salt.toString('hex')}`
}

function nonceOf(number: number): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 8)
  return nonce
}

function additionalData(recording: string, header: Buffer): Buffer {
  return Buffer.concat([Buffer.from(recording), header])
}

/** SHA-256 of the previous head and the encrypted chunk. */
export function nextHead(head: Buffer, sealed: Buffer): Buffer {
  return createHash('sha256').update(head).update(sealed).digest()
}

export const recordingsPrefix = 'recordings/'

export function chunkPrefix(recording: string): string {
  return `${recordingsPrefix}${recording}/`
}

/** The object key of a chunk. Object keys have the order of the chunk numbers. */
export function chunkKey(recording: string, number: number): string {
  return `${chunkPrefix(recording)}${String(number).padStart(10, '0')}`
}

/** @returns null if the object key is not one of this recording */
export function chunkNumber(recording: string, key: string): number | null {
  const [, digits] = /\/(\d{10})$/.exec(key) ?? []
  return digits !== undefined && chunkKey(recording, Number(digits)) === key ? Number(digits) : null
}

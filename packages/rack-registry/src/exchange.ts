import type { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { BodyTooSlow, CallerGone, RackBroken, RackNotPinned, RackRejectsGateway, RackUnreachable } from './errors.ts'
import { failureReason, variableSuffix } from './failure-reasons.ts'
import { responseHead } from './headers.ts'
import { RackResponse } from './rack-response.ts'
import type { CallSignal, RackContact, UpstreamResponse } from './types.ts'

export interface ExchangeOptions {
  readonly rack: string
  readonly signal: CallSignal
  /** Null if the body is not a stream. If the stream breaks off, the rack is not at fault. */
  readonly body: Readable | null
  /** Called with the size of each received chunk. */
  readonly onBytes: (bytes: number) => void
  readonly onContact: (contact: RackContact) => void
  /** Whether the status 401 can only be the response of the rack itself. */
  readonly is401OfRack: boolean
  /** Whether the rack checks the password before it answers with success. */
  readonly needsPassword: boolean
  readonly resolve: (response: UpstreamResponse) => void
  readonly reject: (error: Error) => void
}

const specificErrors = [RackBroken, CallerGone, RackNotPinned, BodyTooSlow]

/** undici can call onRequestStart again for a retry, and onResponseStart for each 1xx response. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions
  #controller: Dispatcher.DispatchController | null = null
  #response: RackResponse | null = null

  constructor(options: ExchangeOptions) {
    this.#options = options
    options.signal.addEventListener('abort', this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { rack, signal } = this.#options
    const isRetry = this.#controller !== null
    this.#controller = controller
    if (signal.aborted) controller.abort(new CallerGone(rack))
    else if (isRetry) controller.abort(new RackBroken(rack, 'the connection was lost'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
    statusText = '',
  ): void {
    if (status < 200) return
    const { rack, is401OfRack, needsPassword, onContact, resolve, reject } = this.#options
    const head = responseHead(flatHeaders(controller.rawHeaders, headers))
    this.#response = new RackResponse(rack, controller, status, statusText, head)
    if (status === 401 && is401OfRack) {
      onContact('rejected')
      this.#response.discard()
      reject(new RackRejectsGateway(rack, variableSuffix(rack)))
      return
    }
    onContact(needsPassword && status < 300 ? 'accepted' : 'answered')
    resolve(this.#response)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#response?.push(chunk)
    this.#options.onBytes(chunk.length)
  }

  onResponseEnd(): void {
    this.#removeListener()
    this.#response?.finish()
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#removeListener()
    const failure = this.#failure(error)
    if (failure instanceof RackUnreachable || failure instanceof RackNotPinned) this.#options.onContact('unreachable')
    if (this.#response === null) this.#options.reject(failure)
    else this.#response.break(failure)
  }

  #failure(error: Error): Error {
    const { rack, body, signal } = this.#options
    if (specificErrors.some((kind) => error instanceof kind)) return error
    if (signal.aborted || body?.readableAborted) return new CallerGone(rack)
    const cause = failureReason(error, rack)
    return this.#controller === null ? new RackUnreachable(rack, cause) : new RackBroken(rack, cause)
  }

  /** Called by the signal. */
  handleEvent(): void {
    this.#removeListener()
    const gone = new CallerGone(this.#options.rack)
    // A request that still waits for a connection cannot be aborted. `onRequestStart` aborts it later.
    if (this.#controller === null) this.#options.reject(gone)
    else this.#controller.abort(gone)
  }

  #removeListener(): void {
    this.#options.signal.removeEventListener('abort', this)
  }
}

function flatHeaders(
  raw: Dispatcher.DispatchController['rawHeaders'],
  parsed: Record<string, string | string[] | undefined>,
): readonly (string | Buffer)[] {
  if (Array.isArray(raw)) return raw
  return Object.entries(parsed).flatMap(([name, value]) => [value ?? []].flat().flatMap((one) => [name, one]))
}

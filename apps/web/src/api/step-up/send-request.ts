import { ApiError, errorOf, NoResponse } from '../errors/api-error.ts'
import { isOfGateway, noteReachability } from '../errors/reachability.ts'
import { currentProof, StepUpCanceled, waitForProof } from './waiting-calls.ts'

interface RequestOptions {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | URLSearchParams
  readonly signal?: AbortSignal | null | undefined
  /** What the call does, for the dialog that asks for a second factor, such as `Unlock ann@example.com`. */
  readonly action?: string | undefined
}

/**
 * If the gateway asks for a second factor, a dialog asks the person, and the request is sent again with the proof.
 *
 * @throws NoResponse; StepUpCanceled if the person cancels a change; ApiError if the person cancels a read
 */
export async function sendRequest(path: string, options: RequestOptions): Promise<Response> {
  const { method, signal, action } = options
  let proof = currentProof()
  let hasOwnProof = false
  for (;;) {
    const response = await send(path, options, proof)
    const denial = await readStepUpDenial(response)
    // A call that is denied with a proof made for it would be denied again.
    if (denial === null || hasOwnProof) return response
    const outcome = await waitForProof({ stepUpId: denial.stepUpId, action, denial: denial.error }, signal)
    if (outcome.kind === 'canceled') throw method === 'GET' ? denial.error : new StepUpCanceled()
    hasOwnProof = outcome.kind === 'proved'
    proof = outcome.kind === 'proved' ? outcome.secret : currentProof()
  }
}

async function send(path: string, { method, headers, body, signal }: RequestOptions, proof: string | null) {
  try {
    const response = await fetch(path, {
      method,
      headers: { ...headers, ...(proof !== null && { 'step-up': proof }) },
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      redirect: 'error',
      cache: 'no-store',
    })
    noteReachability(isOfGateway(response))
    return response
  } catch (error) {
    if (signal?.aborted) throw error
    noteReachability(false)
    throw new NoResponse()
  }
}

/** Null if the response does not ask for a second factor. A rack cannot ask for one. */
async function readStepUpDenial(response: Response): Promise<{ stepUpId: string; error: ApiError } | null> {
  if (response.status !== 403 || response.headers.get('answered-by') === 'rack') return null
  const error = await errorOf(response.clone())
  if (!(error instanceof ApiError) || error.body.code !== 'RGW_STEP_UP_NEEDED') return null
  const id: unknown = error.body.stepUp?.id
  return typeof id === 'string' ? { stepUpId: id, error } : null
}

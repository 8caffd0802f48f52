import type { PrincipalCall } from '../call.ts'
import type { StreamedResponse } from './streamed-response.ts'
import { type CallerWatch, watchCaller } from './watch-caller.ts'

interface RevocableBody extends Omit<StreamedResponse, 'release'> {
  /** Called once, even if nobody reads the body. */
  readonly onEnd?: () => void
}

interface StreamOptions {
  /** Takes one of the limited slots for responses of this kind. @returns a function that releases the slot */
  readonly take?: () => () => void
  /** Milliseconds from the abort of the watch until the body is destroyed, so that a last message can be sent. */
  readonly gracePeriod?: number
}

/** A streamed response that ends when its caller loses access or stops reading, and when the gateway stops. */
export async function revocableStream(
  call: PrincipalCall,
  { take = unlimited, gracePeriod = 0 }: StreamOptions,
  open: (watch: CallerWatch) => Promise<RevocableBody>,
): Promise<StreamedResponse> {
  const releaseSlot = take()
  const watch = watchCaller(call)
  function release(): void {
    watch.stop()
    releaseSlot()
  }
  try {
    const { onEnd, ...response } = await open(watch)
    function destroy(): void {
      if (gracePeriod === 0) response.body.destroy()
      else setTimeout(() => response.body.destroy(), gracePeriod).unref()
    }
    if (watch.signal.aborted) destroy()
    else watch.signal.addEventListener('abort', destroy)
    return {
      ...response,
      release() {
        release()
        onEnd?.()
      },
    }
  } catch (error) {
    release()
    throw error
  }
}

function unlimited(): () => void {
  return () => undefined
}

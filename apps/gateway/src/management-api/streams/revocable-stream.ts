import type { PrincipalCall } from '../calls/call.ts'
import type { StreamedResponse } from '../calls/streamed-response.ts'
import { type CallerWatch, watchCaller } from './watch-caller.ts'

interface RevocableBody extends Omit<StreamedResponse, 'cut' | 'release'> {
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
    const cut = new AbortController()
    function destroy(): void {
      cut.abort()
      response.body.destroy()
    }
    function destroyAfterGracePeriod(): void {
      if (gracePeriod === 0) destroy()
      else setTimeout(destroy, gracePeriod).unref()
    }
    if (watch.signal.aborted) destroyAfterGracePeriod()
    else watch.signal.addEventListener('abort', destroyAfterGracePeriod)
    return {
      ...response,
      cut: cut.signal,
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

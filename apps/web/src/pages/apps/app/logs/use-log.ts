import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { RackPath } from '../../../../api/rack-data/rack-path.ts'
import { showSessionEndOn401 } from '../../../../api/session-end.ts'
import { type LogState, LogStream } from './log-stream.ts'

/** `resume`: reads the log again after it ended or failed. */
export function useLog(rack: string, path: RackPath): LogState & { readonly resume: () => void } {
  const log = useMemo(() => new LogStream(rack, path, showSessionEndOn401), [rack, path])
  useEffect(() => {
    log.start()
    return () => log.stop()
  }, [log])
  return { ...useSyncExternalStore(log.subscribe, log.state), resume: () => log.start() }
}

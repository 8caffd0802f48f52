import { useEffect, useState } from 'react'
import { useWaitingCall } from '../api/step-up/waiting-calls.ts'
import { Button } from './button.tsx'
import styles from './slow-notice.module.css'

/** Milliseconds after which a page says what it is waiting for. */
const slowAfter = 5_000

interface SlowNoticeProps {
  readonly rack: string
  /** What the person can do, in a sentence. */
  readonly advice?: string
  readonly onStop?: () => void
}

/** Appears when a rack has not answered for five seconds. It is shown only while a page waits. */
export function SlowNotice({ rack, advice, onStop }: SlowNoticeProps) {
  const [isSlow, setSlow] = useState(false)
  // The rack is not asked until the person proves a second factor.
  const isAskingPerson = useWaitingCall() !== null
  useEffect(() => {
    setSlow(false)
    if (isAskingPerson) return
    const timer = setTimeout(() => setSlow(true), slowAfter)
    return () => clearTimeout(timer)
  }, [isAskingPerson])
  if (!isSlow) return null
  return (
    <p className={styles.notice} role="status">
      Rack {rack} has not answered for five seconds. {advice}
      {onStop && <Button onPress={onStop}>Stop</Button>}
    </p>
  )
}

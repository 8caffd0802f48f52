import { useEffect, useState } from 'react'
import { useWaitingCall } from '../../api/step-up/waiting-calls.ts'
import { Button } from '../controls/button.tsx'
import styles from './slow-notice.module.css'

/** In milliseconds. The text of the notice names this time. */
const slowAfter = 5_000

interface SlowNoticeProps {
  readonly rack: string
  readonly advice?: string
  readonly onStop?: () => void
}

/** Mount this component only while a page waits for a rack. */
export function SlowNotice({ rack, advice, onStop }: SlowNoticeProps) {
  const [isSlow, setSlow] = useState(false)
  // The gateway calls the rack only after the person proves a second factor.
  const isAskingUser = useWaitingCall() !== null
  useEffect(() => {
    setSlow(false)
    if (isAskingUser) return
    const timer = setTimeout(() => setSlow(true), slowAfter)
    return () => clearTimeout(timer)
  }, [isAskingUser])
  if (!isSlow) return null
  return (
    <p className={styles.notice} role="status">
      Rack {rack} has not answered for five seconds. {advice}
      {onStop && <Button onPress={onStop}>Stop</Button>}
    </p>
  )
}

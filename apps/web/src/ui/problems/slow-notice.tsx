import { useEffect, useState } from 'react'
import { useWaitingCall } from '../../api/step-up/waiting-calls.ts'
import { Button } from '../controls/button.tsx'
import { Row } from '../layout/row.tsx'

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
    <Row as="p" role="status">
      <span className="soft">
        Rack {rack} has not answered for five seconds. {advice}
      </span>
      {onStop && <Button onPress={onStop}>Stop</Button>}
    </Row>
  )
}

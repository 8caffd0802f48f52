import { useSyncExternalStore } from 'react'
import styles from './announce.module.css'
import { VisibleText } from './visible-text.tsx'

let message = ''
let listener: (() => void) | null = null
let timer: ReturnType<typeof setTimeout> | undefined

export function announce(text: string): void {
  message = text
  listener?.()
  clearTimeout(timer)
  timer = setTimeout(() => {
    message = ''
    listener?.()
  }, 6_000)
}

function subscribe(changed: () => void): () => void {
  listener = changed
  return () => {
    listener = null
  }
}

/** Only one instance can be mounted at a time. */
export function Announcements() {
  const text = useSyncExternalStore(subscribe, () => message)
  return (
    <div className={styles.place} role="status" aria-live="polite">
      {text !== '' && (
        <p className={styles.message}>
          <VisibleText>{text}</VisibleText>
        </p>
      )}
    </div>
  )
}

import { createStore } from '../../store/create-store.ts'
import { VisibleText } from '../text/visible-text.tsx'
import styles from './announce.module.css'

const message = createStore('')
let timer: ReturnType<typeof setTimeout> | undefined

export function announce(text: string): void {
  message.set(text)
  clearTimeout(timer)
  timer = setTimeout(() => message.set(''), 6_000)
}

export function Announcements() {
  const text = message.use()
  return (
    <div className={styles.region} role="status" aria-live="polite">
      {text !== '' && (
        <p className={styles.message}>
          <VisibleText>{text}</VisibleText>
        </p>
      )}
    </div>
  )
}

import { ArrowUp } from 'lucide-react'
import styles from './new-events.module.css'
import { maxNewEntries } from './use-live-tail.ts'

/** Takes no space in the layout, so that nothing moves when it appears. */
export function NewEvents({ count, onShow }: { readonly count: number; readonly onShow: () => void }) {
  const text = `${count.toLocaleString()}${count === maxNewEntries ? ' or more' : ''} new`
  return (
    <div className={styles.pill} role="status">
      {count > 0 && (
        <button type="button" onClick={onShow}>
          <ArrowUp aria-hidden size={14} /> {text}
        </button>
      )}
    </div>
  )
}

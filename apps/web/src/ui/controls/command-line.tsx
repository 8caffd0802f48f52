import { ScrollArea } from '../layout/scroll-area.tsx'
import styles from './command-line.module.css'
import { CopyButton } from './copy-button.tsx'

export function CommandLine({ children, what = 'The command' }: { readonly children: string; readonly what?: string }) {
  return (
    <div className={styles.line}>
      <ScrollArea label={children}>
        <pre>
          <code>{children}</code>
        </pre>
      </ScrollArea>
      <CopyButton text={children} what={what} />
    </div>
  )
}

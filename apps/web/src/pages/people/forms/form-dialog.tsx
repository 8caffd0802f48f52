import type { ReactNode } from 'react'
import { Button } from '../../../ui/button.tsx'
import { Actions, Dialog } from '../../../ui/dialog.tsx'
import { Problem } from '../../../ui/problem.tsx'
import styles from './form-dialog.module.css'

interface FormDialogProps {
  readonly title: string
  /** What the button does, such as `Create the binding`. */
  readonly submit: string
  readonly kind?: 'primary' | 'danger'
  /** The button that leaves everything as it is. */
  readonly cancel?: string
  readonly change: { readonly isPending: boolean; readonly error: Error | null }
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly width?: 'normal' | 'wide'
  readonly children: ReactNode
}

/** A dialog that changes something, and shows the API's own sentence if it refuses. */
export function FormDialog(props: FormDialogProps) {
  const { title, submit, kind = 'primary', cancel = 'Cancel', change, onSubmit, onClose, width, children } = props
  return (
    <Dialog title={title} isOpen onClose={onClose} {...(width && { width })}>
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          if (!change.isPending) onSubmit()
        }}
      >
        {children}
        {change.error && <Problem error={change.error} />}
        <Actions>
          <Button onPress={onClose}>{cancel}</Button>
          <Button type="submit" kind={kind} isPending={change.isPending}>
            {submit}
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

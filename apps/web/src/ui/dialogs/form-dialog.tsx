import type { ReactNode } from 'react'
import { Button } from '../controls/button.tsx'
import { Stack } from '../layout/stack.tsx'
import { Problem } from '../problems/problem.tsx'
import { SlowNotice } from '../problems/slow-notice.tsx'
import { Dialog, DialogButtons } from './dialog.tsx'

interface FormDialogProps {
  readonly title: string
  /** The label of the button that submits, such as `Create the binding`. */
  readonly submit: string
  readonly kind?: 'primary' | 'danger'
  /** The label of the button that cancels. */
  readonly cancel?: string
  readonly change: { readonly isPending: boolean; readonly error: Error | null }
  /** The rack that carries out the change. */
  readonly waitsForRack?: string | undefined
  readonly isDisabled?: boolean
  readonly onSubmit: () => void
  readonly onClose: () => void
  readonly width?: 'normal' | 'wide'
  readonly children: ReactNode
}

export function FormDialog(props: FormDialogProps) {
  const { title, submit, kind = 'primary', cancel = 'Cancel', change, onSubmit, onClose, width, children } = props
  const { waitsForRack, isDisabled = false } = props
  return (
    <Dialog title={title} isOpen onClose={onClose} {...(width && { width })}>
      <Stack
        as="form"
        gap={4}
        onSubmit={(event) => {
          event.preventDefault()
          if (!change.isPending && !isDisabled) onSubmit()
        }}
      >
        {children}
        {change.error && <Problem error={change.error} />}
        {waitsForRack !== undefined && change.isPending && (
          <SlowNotice rack={waitsForRack} advice="If you close this dialog, the rack can still carry out the change." />
        )}
        <DialogButtons>
          <Button onPress={onClose}>{cancel}</Button>
          <Button type="submit" kind={kind} isPending={change.isPending} isDisabled={isDisabled}>
            {submit}
          </Button>
        </DialogButtons>
      </Stack>
    </Dialog>
  )
}

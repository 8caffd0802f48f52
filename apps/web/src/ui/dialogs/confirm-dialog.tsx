import type { ReactNode } from 'react'
import { announce } from '../status/announce.tsx'
import { FormDialog } from './form-dialog.tsx'
import { useChange } from './use-change.ts'

interface ConfirmDialogProps {
  /** A question that names what is changed, such as `Revoke the API token nightly?` */
  readonly title: string
  readonly submit: string
  readonly kind?: 'primary' | 'danger'
  readonly cancel?: string
  readonly change: () => Promise<unknown>
  /** The rack that carries out the change. */
  readonly waitsForRack?: string
  /** The announcement after the change, such as `web was restarted.` */
  readonly done: string
  readonly onClose: () => void
  readonly children: ReactNode
}

export function ConfirmDialog({ change, done, onClose, kind = 'danger', ...props }: ConfirmDialogProps) {
  const confirmed = useChange(change, () => {
    announce(done)
    onClose()
  })
  return <FormDialog {...props} kind={kind} change={confirmed} onSubmit={() => confirmed.mutate()} onClose={onClose} />
}

import { sendRackChange } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import type { Process } from '../../../../api/rack-data/readers.ts'
import { ConfirmDialog } from '../../../../ui/confirm-dialog.tsx'
import { VisibleText } from '../../../../ui/visible-text.tsx'
import { useApp } from '../use-app.ts'

interface StopDialogProps {
  readonly id: string
  /** Undefined: the rack's list does not contain the process. */
  readonly process: Process | undefined
  readonly onClose: () => void
}

export function StopDialog({ id, process, onClose }: StopDialogProps) {
  const { rack, app } = useApp()
  return (
    <ConfirmDialog
      title={`Stop ${id} of ${app} on ${rack}?`}
      submit="Stop the process"
      cancel="Keep it"
      change={async () =>
        sendRackChange('DELETE', rack, rackPath`/apps/${app}/processes/${id}`, {
          action: `Stop the process ${id} of ${app}`,
        })
      }
      waitsForRack={rack}
      done={`${id} was stopped.`}
      onClose={onClose}
    >
      {process === undefined ? (
        <p>It was not in the rack’s list when this page was loaded, so it may have ended already.</p>
      ) : (
        <p>
          The requests and jobs that it is processing are interrupted. The rack starts a new process if the service{' '}
          <VisibleText>{process.service}</VisibleText> needs one.
        </p>
      )}
    </ConfirmDialog>
  )
}

import { sendRackChange } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import { ConfirmDialog } from '../../../../ui/confirm-dialog.tsx'
import { useApp } from '../use-app.ts'

export function RestartDialog({ service, onClose }: { readonly service: string; readonly onClose: () => void }) {
  const { rack, app } = useApp()
  return (
    <ConfirmDialog
      title={`Restart ${service} of ${app} on ${rack}?`}
      submit="Restart the service"
      kind="primary"
      change={() =>
        sendRackChange('POST', rack, rackPath`/apps/${app}/services/${service}/restart`, {
          action: `Restart the service ${service} of ${app}`,
        })
      }
      waitsForRack={rack}
      done={`Rack ${rack} restarts ${service}.`}
      onClose={onClose}
    >
      <p>The rack replaces all processes of the service, with the same release.</p>
    </ConfirmDialog>
  )
}

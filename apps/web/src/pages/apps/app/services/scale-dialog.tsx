import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { sendRackChange } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import type { Service } from '../../../../api/rack-data/readers.ts'
import { TextField } from '../../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../../ui/dialogs/use-change.ts'
import { announce } from '../../../../ui/status/announce.tsx'
import { useApp } from '../address/use-app.ts'
import { type Scale, scaleChanges } from './scale-changes.ts'
import styles from './services.module.css'
import { servicesQuery } from './services-query.ts'

const fields = [
  { name: 'count', label: 'Processes' },
  { name: 'cpu', label: 'CPU in millicores' },
  { name: 'memory', label: 'Memory in MB' },
] as const satisfies readonly { name: keyof Scale; label: string }[]

class ServiceChanged extends Error {}

export function ScaleDialog({ service, onClose }: { readonly service: Service; readonly onClose: () => void }) {
  const { rack, app } = useApp()
  const queryClient = useQueryClient()
  /** The service as the person last saw it. */
  const [shown, setShown] = useState(service)
  const [typed, setTyped] = useState({ count: `${shown.count}`, cpu: `${shown.cpu}`, memory: `${shown.memory}` })
  const changes = scaleChanges(shown, typed)
  const change = useChange(
    async () => {
      await assertUnchanged()
      await sendRackChange('PUT', rack, rackPath`/apps/${app}/services/${service.name}`, {
        action: `Scale the service ${service.name} of ${app}`,
        form: changes ?? {},
      })
    },
    () => {
      announce(`Rack ${rack} scales ${service.name}.`)
      onClose()
    },
  )

  async function assertUnchanged(): Promise<void> {
    const services = await queryClient.fetchQuery({ ...servicesQuery(rack, app), staleTime: 0 })
    const current = services.find(({ name }) => name === service.name)
    if (current === undefined) throw new ServiceChanged(`Rack ${rack} no longer has the service ${service.name}.`)
    if (fields.every(({ name }) => current[name] === shown[name])) return
    setShown(current)
    throw new ServiceChanged(
      `${service.name} was scaled since this page was loaded. Check what changes below, and try again.`,
    )
  }
  return (
    <FormDialog
      title={`Scale ${service.name} of ${app} on ${rack}`}
      submit="Scale the service"
      change={change}
      waitsForRack={rack}
      isDisabled={changes === null || Object.keys(changes).length === 0}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      <div className={styles.fields}>
        {fields.map(({ name, label }) => (
          <TextField
            key={name}
            label={label}
            type="text"
            inputMode="numeric"
            value={typed[name]}
            onChange={(value) => setTyped({ ...typed, [name]: value })}
            isInvalid={!/^\d{1,6}$/.test(typed[name])}
          />
        ))}
      </div>
      <dl className={styles.change} aria-label="What changes">
        {fields.map(({ name, label }) => (
          <div key={name}>
            <dt>{label}</dt>
            <dd>
              {shown[name]}
              {changes?.[name] === undefined ? (
                ' (no change)'
              ) : (
                <>
                  {' → '}
                  <strong>{changes[name]}</strong>
                </>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </FormDialog>
  )
}

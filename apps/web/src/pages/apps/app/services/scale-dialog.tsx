import { useState } from 'react'
import { rackSend } from '../../../../api/rack-data/client.ts'
import { rackPath } from '../../../../api/rack-data/rack-path.ts'
import type { Service } from '../../../../api/rack-data/readers.ts'
import { announce } from '../../../../ui/announce.tsx'
import { TextField } from '../../../../ui/fields.tsx'
import { FormDialog } from '../../../../ui/form-dialog.tsx'
import { useChange } from '../../../../ui/use-change.ts'
import { useApp } from '../use-app.ts'
import { type Scale, scaleChanges } from './scale-changes.ts'
import styles from './services.module.css'

const fields = [
  { name: 'count', label: 'Processes' },
  { name: 'cpu', label: 'CPU (millicores)' },
  { name: 'memory', label: 'Memory (MB)' },
] as const satisfies readonly { name: keyof Scale; label: string }[]

/** Changes how many processes a service has, and what each can use. Only values that change are sent. */
export function ScaleDialog({ service, onClose }: { readonly service: Service; readonly onClose: () => void }) {
  const { rack, app } = useApp()
  const [opened] = useState(service)
  const [typed, setTyped] = useState({ count: `${opened.count}`, cpu: `${opened.cpu}`, memory: `${opened.memory}` })
  const changes = scaleChanges(opened, typed)
  const change = useChange(
    () => rackSend('PUT', rack, rackPath`/apps/${app}/services/${service.name}`, changes ?? {}),
    () => {
      announce(`Rack ${rack} scales ${service.name}.`)
      onClose()
    },
  )
  return (
    <FormDialog
      title={`Scale ${service.name} of ${app} on ${rack}`}
      submit="Scale the service"
      change={change}
      waitsFor={rack}
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
              {opened[name]}
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

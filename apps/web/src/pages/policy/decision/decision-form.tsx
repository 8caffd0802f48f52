import type { PolicyMatrix } from '@rack-gateway/gateway-api'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { can } from '../../../api/can.ts'
import { useMe } from '../../../api/queries.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { ComboBox } from '../../../ui/controls/combo-box.tsx'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { Card } from '../../../ui/layout/card.tsx'
import { Grid } from '../../../ui/layout/grid.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import type { PolicySearch } from '../address/policy-search.ts'
import { fieldsOf } from './question.ts'

interface DecisionFormProps {
  readonly routes: PolicyMatrix['routes']
  /** Services that commands can run in. */
  readonly runServices: readonly string[]
  readonly search: PolicySearch
  readonly isAsking: boolean
}

type Draft = Pick<PolicySearch, 'as' | 'route' | 'rack' | 'app' | 'service' | 'command'>

const policyRoute = getRouteApi('/policy')

/** Submitting the form writes the question to the address. `DecisionTab` then asks the gateway. */
export function DecisionForm({ routes, runServices, search, isAsking }: DecisionFormProps) {
  const me = useMe()
  const navigate = policyRoute.useNavigate()
  const [draft, setDraft] = useState<Draft>(search)
  // The address can change without this form: by a link, or by going back.
  useEffect(() => setDraft(search), [search])
  const canNameOthers = can(me, 'gateway:user:write')
  const racks = [...new Set([...me.racks, ...(draft.rack === undefined ? [] : [draft.rack])])]
  const route = routes.find(({ id }) => id === draft.route)
  const fields = route && fieldsOf(route)
  const field = (name: keyof Draft) => ({
    value: draft[name] ?? '',
    onChange: (value: string) => setDraft((before) => ({ ...before, [name]: value })),
  })

  function ask(event: FormEvent) {
    event.preventDefault()
    const { as, route: id, rack = me.racks[0], app, service, command } = draft
    const values = {
      ...(canNameOthers && { as }),
      route: id,
      ...(fields?.rack && { rack }),
      ...(fields?.app && { app }),
      ...(fields?.service && { service }),
      ...(fields?.command && { command }),
    }
    const filled = Object.entries(values).filter(([, value]) => value !== undefined && value.trim() !== '')
    void navigate({ search: { ...Object.fromEntries(filled), tab: 'decision' } })
  }

  return (
    <Card title="Can a person do this?">
      <Stack as="form" gap={3} onSubmit={ask}>
        <Grid column="card">
          <ComboBox
            key={search.route ?? ''}
            label="Action"
            options={routes.map(({ id, summary }) => ({ id, label: summary, detail: id }))}
            value={draft.route ?? null}
            onChange={(id) => setDraft(({ route: _, ...others }) => (id === null ? others : { ...others, route: id }))}
            hint="Type a part of it, such as promote."
          />
          {canNameOthers && (
            <TextField
              label="Person"
              hint="An email address, or a user ID. Leave empty to ask about yourself."
              placeholder={me.name}
              {...field('as')}
            />
          )}
          {fields?.rack && racks.length > 0 && (
            <SelectField
              label="Rack"
              options={racks.map((name) => ({ value: name, label: name }))}
              {...field('rack')}
              value={draft.rack ?? me.racks[0] ?? ''}
            />
          )}
          {fields?.app && <TextField label="App" isRequired {...field('app')} />}
          {fields?.service && (
            <TextField label="Service" isRequired placeholder={runServices[0] ?? ''} {...field('service')} />
          )}
          {fields?.command && (
            <TextField
              label="Command"
              mono
              hint="Leave empty to ask whether there is any command that is allowed."
              placeholder="rake db:migrate"
              {...field('command')}
            />
          )}
        </Grid>
        <div>
          <Button kind="primary" type="submit" isPending={isAsking} isDisabled={route === undefined}>
            Ask
          </Button>
        </div>
      </Stack>
    </Card>
  )
}

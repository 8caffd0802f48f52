import { useQuery } from '@tanstack/react-query'
import { useMe } from '../../../api/queries.ts'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { Grid } from '../../../ui/layout/grid.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { exceeds, rolesQuery } from '../roles/roles.ts'
import { defaultExpiry, type Expiry, ExpiryField, expiresAtOf } from './expiry-field.tsx'

export interface BindingValues {
  readonly role: string
  readonly racks: string
  readonly apps: string
  readonly expiry: Expiry
}

export const emptyBinding: BindingValues = { role: '', racks: '*', apps: '*', expiry: defaultExpiry }

interface BindingFieldsProps {
  readonly value: BindingValues
  readonly onChange: (value: BindingValues) => void
}

export function BindingFields({ value, onChange }: BindingFieldsProps) {
  return (
    <>
      <RoleField value={value} onChange={onChange} />
      <ScopeFields value={value} onChange={onChange} />
      <ExpiryField label="Expires" value={value.expiry} onChange={(expiry) => onChange({ ...value, expiry })} />
    </>
  )
}

export function RoleField({ value, onChange }: BindingFieldsProps) {
  const { data: roles = [], error } = useQuery(rolesQuery)
  const { roles: ownRoles } = useMe()
  const chosen = roles.find(({ name }) => name === value.role)
  return (
    <>
      {error && <Problem error={error} />}
      <SelectField
        label="Role"
        value={value.role}
        onChange={(role) => onChange({ ...value, role })}
        isRequired
        options={[
          { value: '', label: 'Choose a role' },
          ...roles.map((role) => ({
            value: role.name,
            label: exceeds(role, ownRoles) ? `${role.name} (more than you have)` : role.name,
          })),
        ]}
        hint={chosen?.description}
      />
    </>
  )
}

export function ScopeFields({ value, onChange }: BindingFieldsProps) {
  const { racks } = useMe()
  return (
    <Grid column="field">
      <TextField
        label="Racks"
        value={value.racks}
        onChange={(names) => onChange({ ...value, racks: names })}
        isRequired
        hint={racks.length === 0 ? '* means all racks' : `* means all racks. Yours: ${racks.join(', ')}`}
      />
      <TextField
        label="Apps"
        value={value.apps}
        onChange={(apps) => onChange({ ...value, apps })}
        isRequired
        hint="* means all apps. web-* means all apps whose names begin with web-."
      />
    </Grid>
  )
}

export function bindingOf({ role, racks, apps, expiry }: BindingValues) {
  const expiresAt = expiresAtOf(expiry)
  return { role, racks, apps, ...(expiresAt && { expiresAt }) }
}

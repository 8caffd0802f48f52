import { useQuery } from '@tanstack/react-query'
import { useMe } from '../../../api/queries.ts'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { exceeds, isOfGatewayOnly, rolesQuery } from '../roles/roles.ts'
import { type Expiry, ExpiryField, expiresAtOf } from './expiry-field.tsx'
import { emptyScope, everywhere, ScopeFields, type ScopeValues, scopeOf } from './scope-fields.tsx'

export interface BindingValues extends ScopeValues {
  readonly role: string
  readonly expiry: Expiry
}

export const emptyBinding: BindingValues = { ...emptyScope, role: '', expiry: { after: '90', date: '' } }

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
        onChange={(name) => {
          const role = roles.find((one) => one.name === name)
          onChange({ ...value, role: name, ...(role && isOfGatewayOnly(role) && everywhere) })
        }}
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

export function bindingOf({ role, expiry, ...scope }: BindingValues) {
  const expiresAt = expiresAtOf(expiry)
  return { role, ...scopeOf(scope), ...(expiresAt && { expiresAt }) }
}

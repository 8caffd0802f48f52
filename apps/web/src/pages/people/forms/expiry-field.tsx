import { serverNow } from '../../../api/client.ts'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { Grid } from '../../../ui/layout/grid.tsx'

export interface Expiry {
  /** A number of days, `date`, `never`, or empty for the default of the policy. */
  readonly after: string
  /** Such as `2027-01-31`, if `after` is `date`. */
  readonly date: string
}

/** For API tokens. */
export const policyExpiry: Expiry = { after: '', date: '' }

interface ExpiryFieldProps {
  readonly label: string
  readonly value: Expiry
  readonly onChange: (value: Expiry) => void
  /** Whether the policy has a default and a limit, as for API tokens. */
  readonly isLimited?: boolean
}

export function ExpiryField({ label, value, onChange, isLimited = false }: ExpiryFieldProps) {
  return (
    <Grid column="field">
      <SelectField
        label={label}
        value={value.after}
        onChange={(after) => onChange({ ...value, after })}
        options={[
          ...(isLimited ? [{ value: '', label: 'Policy default' }] : []),
          { value: '1', label: 'After 1 day' },
          { value: '7', label: 'After 7 days' },
          { value: '30', label: 'After 30 days' },
          { value: '90', label: 'After 90 days' },
          { value: '365', label: 'After a year' },
          { value: 'date', label: 'On a date' },
          ...(isLimited ? [] : [{ value: 'never', label: 'No expiry' }]),
        ]}
      />
      {value.after === 'date' && (
        <TextField
          label="Last day"
          type="date"
          value={value.date}
          onChange={(date) => onChange({ ...value, date })}
          isRequired
          hint="Valid until the end of this day, in your time zone"
        />
      )}
    </Grid>
  )
}

const day = 86_400_000

/**
 * A date expires at its last second, in the browser's time zone.
 *
 * @returns the time of the expiry, as RFC 3339 in UTC; undefined for no expiry, for the default, and for an invalid date
 */
export function expiresAtOf({ after, date }: Expiry, now = serverNow()): string | undefined {
  if (after === '' || after === 'never') return undefined
  if (after !== 'date') return new Date(now + Number(after) * day).toISOString()
  const end = new Date(`${date}T23:59:59`)
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString()
}

export function tokenExpiryOf(expiry: Expiry): { readonly lifetimeSeconds?: number; readonly expiresAt?: string } {
  if (expiry.after !== '' && expiry.after !== 'date') return { lifetimeSeconds: Number(expiry.after) * 86_400 }
  const expiresAt = expiresAtOf(expiry)
  return expiresAt === undefined ? {} : { expiresAt }
}

declare const brand: unique symbol

/** A path of the rack API, whose variable parts are each exactly one segment. */
export type RackPath = string & { readonly [brand]: true }

/** A link can contain any text as a name. This pattern refuses names that would lead to another path. */
const segment = /^(?!\.{1,2}$)[A-Za-z0-9._~!$&'()*+,=:@-]{1,200}$/

export class InvalidName extends Error {
  constructor(name: string) {
    super(
      `“${name.slice(0, 100)}” is not a valid name of a rack or an app, nor a valid ID. Check the address of this page.`,
    )
    this.name = 'InvalidName'
  }
}

/** Such as rackPath`/apps/${app}/releases?limit=20`. @throws InvalidName if a variable part does not match `segment` */
export function rackPath(text: TemplateStringsArray, ...names: readonly string[]): RackPath {
  return String.raw({ raw: text }, ...names.map(checkName)) as RackPath
}

/** @throws InvalidName */
export function checkName(name: string): string {
  if (!segment.test(name)) throw new InvalidName(name)
  return name
}

/** Null if the name is valid. */
export function validateName(name: string): InvalidName | null {
  return segment.test(name) ? null : new InvalidName(name)
}

/** Such as `production, apps web*`. */
export function scopeText({ racks, apps }: { readonly racks: string; readonly apps: string }): string {
  const rack = racks === '*' ? 'all racks' : racks
  return apps === '*' ? rack : `${rack}, apps ${apps}`
}

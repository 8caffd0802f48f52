export function formatTime(date: Date | null): string | null {
  return date?.toISOString() ?? null
}

/** The sign of the product: a caravan's line over dunes. */
export function Mark({ size = 32 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--k-primary)" />
      <path
        d="M7 21c2.6 0 2.6-8 5.2-8s2.3 8 4.9 8 2.4-11 5-11 2.6 5 2.9 11"
        fill="none"
        stroke="var(--k-on-primary)"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}

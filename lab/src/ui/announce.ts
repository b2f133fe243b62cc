const region = document.createElement('div');
region.className = 'visually-hidden';
region.setAttribute('role', 'status');
document.body.append(region);

/** Says something to those who listen to the page instead of looking at it. */
export function announce(text: string): void {
  region.textContent = text;
}

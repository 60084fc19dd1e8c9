// The icons: paths of our own on a grid of 24, drawn as lines. Always beside a word, so hidden from screen readers.
const PATHS = {
  alert: 'M12 3 2 20h20zM12 10v4m0 3v.01',
  arrow: 'M5 12h14m-6-6 6 6-6 6',
  back: 'M19 12H5m6-6-6 6 6 6',
  bag: 'M6 8h12l1 13H5zM9 8V6a3 3 0 0 1 6 0v2',
  barcode: 'M4 6v12M8 6v12m3-12v12m4-12v12m3-12v12m2-12v12',
  basket: 'M3 9h18l-2 11H5zM7 9l4-6m6 6-4-6M9 13v3m6-3v3M12 13v3',
  bell: 'M6 16V11a6 6 0 0 1 12 0v5l2 2H4zM10 21h4',
  box: 'M3 7l9-4 9 4v10l-9 4-9-4zM3 7l9 4 9-4M12 11v10',
  camera: 'M4 8h4l2-3h4l2 3h4v11H4zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8',
  check: 'm4 12 6 6L20 6',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M12 7v5l3 3',
  cloudOff: 'M3 3l18 18M7 18h11a4 4 0 0 0 2-7 6 6 0 0 0-9-5M6 9a5 5 0 0 0 1 9',
  counter: 'M3 12h18v8H3zM6 12V7h5v5M15 12V9h4',
  cross: 'M5 5l14 14M19 5 5 19',
  erase: 'M9 5h12v14H9l-7-7zM12 9l6 6m0-6-6 6',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6M12 2v4m0 12v4M2 12h4m12 0h4M5 5l3 3m8 8 3 3m0-14-3 3m-8 8-3 3',
  hand: 'M8 13V5a1.5 1.5 0 0 1 3 0v6m0-7a1.5 1.5 0 0 1 3 0v7m0-5a1.5 1.5 0 0 1 3 0v9a6 6 0 0 1-6 6c-3 0-4-1-6-4l-3-5a1.5 1.5 0 0 1 2.5-1.5L8 15',
  home: 'M3 11l9-8 9 8M5 10v11h14V10M10 21v-6h4v6',
  light: 'M9 21h6M8 14a6 6 0 1 1 8 0l-1 4H9zM12 2v.01',
  list: 'M4 6h16M4 12h16M4 18h16',
  lock: 'M5 11h14v10H5zM8 11V8a4 4 0 0 1 8 0v3',
  more: 'M5 12v.01M12 12v.01M19 12v.01',
  pin: 'M12 21s7-6 7-12a7 7 0 0 0-14 0c0 6 7 12 7 12M12 11v.01',
  printer: 'M6 9V3h12v6M6 17H3V9h18v8h-3M6 14h12v7H6z',
  putBack: 'M4 9h11a5 5 0 0 1 0 10H8M8 5 4 9l4 4',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14M16 16l5 5',
  sound: 'M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M19 6a8 8 0 0 1 0 12',
  sync: 'M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5',
  store: 'M4 9h16v12H4zM3 9l2-6h14l2 6M9 21v-7h6v7',
  truck: 'M2 6h12v11H2zM14 10h5l3 3v4h-8M6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4M17 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M4 21a8 8 0 0 1 16 0',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

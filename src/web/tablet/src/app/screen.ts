// What every screen is given: the parts of the address after its name. Knows no screen.
import type { ComponentType } from 'preact';

export type ScreenProps = { params: readonly string[]; query: URLSearchParams };
export type Screen = ComponentType<ScreenProps>;

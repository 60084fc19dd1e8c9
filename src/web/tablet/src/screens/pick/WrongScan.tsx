// A scan that does not belong here, so that nobody overlooks it: red, with what it was and what is wanted.
import type { Item } from '../../data/model.ts';
import { named, t } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { ItemPicture } from './ItemPicture.tsx';
import { nameOf } from './names.ts';

export type Wrong = {
  code: string;
  /** What it is; null: unknown. */
  item: Item | null;
  /** It is right, and there is enough of it. */
  isEnough: boolean;
};

export function WrongScan({
  wrong,
  wanted,
  onClose,
}: {
  wrong: Wrong;
  wanted: string | null;
  onClose: () => void;
}) {
  const { item, code, isEnough } = wrong;
  const title = isEnough && item !== null ? t('pick.enough', { name: named(item.name) }) : t('pick.wrong');
  return (
    <div class="wrong" role="alert" data-wrong={code}>
      <span class="wrong-sign">
        <Icon name={isEnough ? 'alert' : 'cross'} />
      </span>
      <div class="wrong-words">
        <strong>{title}</strong>
        {!isEnough && (
          <span class="wrong-item">
            {item !== null && <ItemPicture sku={item.sku} size="small" />}
            {item === null ? t('pick.wrongUnknown', { code }) : t('pick.wrongIs', { name: named(item.name) })}
          </span>
        )}
        {!isEnough && wanted !== null && <span>{t('pick.wrongWanted', { name: nameOf(wanted) })}</span>}
      </div>
      <Button icon="cross" onClick={onClose}>
        {t('action.close')}
      </Button>
    </div>
  );
}
